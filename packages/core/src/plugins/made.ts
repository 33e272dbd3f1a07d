import type { Dialect, Provider } from '@resoftai/sdk'

/** Whether `create()` of a plugin made what it should. */
export function isDialectOrProvider(made: unknown): made is Dialect | Provider {
  const { encode, streamDecoder, chat } = (made ?? {}) as Partial<Dialect & Provider>
  return (typeof encode === 'function' && typeof streamDecoder === 'function') || typeof chat === 'function'
}
