import { isProviderError, ProviderError, type ProviderErrorKind } from '@resoftai/sdk'
import type { Exchange } from '../transport/index.ts'

/** FAULTS.md N37. */
const maxBodyBytes = 32 * 1024 * 1024
/** Of an error body no more is worth reading (FAULTS.md H33). */
export const maxErrorBytes = 64 * 1024

/** What spoils the body of an error must not hide the error. */
const spoiling: ReadonlySet<ProviderErrorKind> = new Set(['truncated', 'protocol', 'network'])

/** A whole body as text. With `cut` it is an error's: what is more than `maxBytes`, or cannot be read, is left out instead of thrown. */
export async function readBody(exchange: Exchange, { maxBytes = maxBodyBytes, cut = false } = {}): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  try {
    for (let chunk; (chunk = await exchange.read()) !== undefined;) {
      text += decoder.decode(chunk, { stream: true })
      length += chunk.length
      if (length > maxBytes) throw tooLarge(exchange, maxBytes)
    }
  } catch (error) {
    if (!cut || !isProviderError(error) || !spoiling.has(error.kind)) throw error
  }
  return text + decoder.decode()
}

function tooLarge(exchange: Exchange, maxBytes: number): ProviderError {
  const error = new ProviderError('protocol', `The vendor sent a body of more than ${maxBytes / 1024 / 1024} MiB.`, {
    code: 'too_large',
    retryable: false
  })
  exchange.abort(error)
  return error
}
