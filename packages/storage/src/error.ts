/** Why the store could not do what was asked; closed. `usage`: what it was given is wrong, the others are the state of the database. */
export type StorageErrorKind = 'usage' | 'unreachable' | 'busy' | 'full' | 'read_only' | 'broken'

const marker = Symbol.for('resoftai.StorageError')

/** Every failure of this package. `message` says what, `hint` what to do; neither holds the password of a URL. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly kind: StorageErrorKind
  readonly hint: string

  constructor(kind: StorageErrorKind, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.hint = hint
    Object.defineProperty(this, marker, { value: true })
  }

  toJSON(): Record<string, unknown> {
    return { kind: this.kind, message: this.message, hint: this.hint }
  }
}

/** True for a `StorageError` of any copy of this package. */
export function isStorageError(value: unknown): value is StorageError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true
}
