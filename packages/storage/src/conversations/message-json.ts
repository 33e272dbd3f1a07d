import { StorageError } from '../error.ts'

export function toJson(message: unknown): string {
  const json = tryStringify(message)
  if (json !== undefined) return json
  throw new StorageError('usage', 'This message is not JSON.', 'Give plain objects, lists, texts, numbers, true, false or null.')
}

/** `undefined` for what JSON has no word for: itself, functions, bigints, circles. */
function tryStringify(message: unknown): string | undefined {
  try {
    return JSON.stringify(message)
  } catch {
    return undefined
  }
}
