/** The system's short name for what went wrong, e.g. `EACCES`. By itself, since whoever only reads manifests loads nothing else. */
export function errorCode(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : 'unknown error'
}
