/** What went wrong outside a call to a vendor; closed. Each is one exit code of the command line. */
export type HostErrorKind = 'usage' | 'not_found' | 'incompatible' | 'integrity' | 'config' | 'busy' | 'network' | 'plugin' | 'storage'

/** One thing that is wrong, and where. */
export interface Problem {
  readonly message: string
  readonly file?: string
  /** 1-based. */
  readonly line?: number
  /** Dotted path inside the file or value, e.g. `providers.groq.timeout`. */
  readonly path?: string
  /** What to write or do instead. */
  readonly suggestion?: string
}

const marker = Symbol.for('resoftai.HostError')

/** Every failure of the host that is not a `ProviderError`. `message` says what, `hint` says what to do, `problems` lists everything at once. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly kind: HostErrorKind
  readonly hint: string | undefined
  readonly problems: readonly Problem[]

  constructor(
    kind: HostErrorKind,
    message: string,
    details: { readonly hint?: string | undefined; readonly problems?: readonly Problem[] | undefined; readonly cause?: unknown } = {}
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.hint = details.hint
    this.problems = details.problems ?? []
    Object.defineProperty(this, marker, { value: true })
  }

  toJSON(): Record<string, unknown> {
    return { kind: this.kind, message: this.message, hint: this.hint, problems: this.problems }
  }
}

/** True for a `HostError` of any copy of this package. */
export function isHostError(value: unknown): value is HostError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true
}
