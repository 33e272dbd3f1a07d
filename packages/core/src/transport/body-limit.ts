import { ProviderError } from '@resoftai/sdk'

/** Of one answer, as it came and again decompressed. No reply is as long; a vendor that never ends must not go on for ever. */
export const maxAnswerBytes = 512 * 1024 * 1024

export function answerTooLarge(): ProviderError {
  return new ProviderError('protocol', `The vendor sent more than ${maxAnswerBytes / 1024 / 1024} MiB.`, {
    code: 'too_large',
    retryable: false
  })
}
