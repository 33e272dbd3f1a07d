import { ProviderError } from '@resoftai/sdk'
import type { Exchange } from '../transport/index.ts'

/** FAULTS.md N37. */
const maxBodyBytes = 32 * 1024 * 1024
/** Of an error body no more is worth reading (FAULTS.md H33). */
export const maxErrorBytes = 64 * 1024

/** A whole body as text. More than `maxBytes` is an error, or is cut off when `cut` is set. */
export async function readBody(exchange: Exchange, { maxBytes = maxBodyBytes, cut = false } = {}): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for (let chunk; (chunk = await exchange.read()) !== undefined;) {
    text += decoder.decode(chunk, { stream: true })
    length += chunk.length
    if (length > maxBytes) {
      const error = new ProviderError('protocol', `The vendor sent a body of more than ${maxBytes} bytes.`, {
        code: 'too_large',
        retryable: false
      })
      exchange.abort(error)
      if (cut) break
      throw error
    }
  }
  return text + decoder.decode()
}
