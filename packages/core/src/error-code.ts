/** The system's short name for what went wrong, e.g. `EACCES`. Never a message: those may quote what was read. */
export function errorCode(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : 'unknown error'
}
