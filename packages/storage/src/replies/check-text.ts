import { StorageError } from '../error.ts'

export function checkDigest(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new StorageError('usage', 'This is no digest.', 'Give a SHA-256, hex.')
}

/** PostgreSQL keeps no NUL. */
export function checkBody(body: string): string {
  if (!body.includes('\0')) return body
  throw new StorageError('usage', 'An answer with NUL cannot be kept.', 'Leave it out, or escape it.')
}
