/** Anything can be thrown, an error whose message throws too. */
export function reasonOf(error: unknown): string {
  try {
    const { message } = (error ?? {}) as { readonly message?: unknown }
    return (typeof message === 'string' && message !== '' ? message : String(error)).slice(0, 500)
  } catch {
    return 'something that cannot be shown was thrown'
  }
}
