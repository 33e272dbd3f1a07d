import type { AgentTurn } from './result.ts'

/** What is wrong with how an agent is used; closed. `usage`: an option or a tool is wrong. `busy`: the agent is in a run. */
export type AgentErrorKind = 'usage' | 'busy'

const marker = Symbol.for('resoftai.AgentError')
const turnKey = Symbol.for('resoftai.AgentTurn')

/** Every failure of an agent that is not one of its host or provider. `message` says what, `hint` says what to do. */
export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly kind: AgentErrorKind
  readonly hint: string | undefined

  constructor(kind: AgentErrorKind, message: string, details: { readonly hint?: string | undefined; readonly cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.hint = details.hint
    Object.defineProperty(this, marker, { value: true })
  }

  toJSON(): Record<string, unknown> {
    return { kind: this.kind, message: this.message, hint: this.hint }
  }
}

/** True for an `AgentError` of any copy of this package. */
export function isAgentError(value: unknown): value is AgentError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true
}

/** What a run had done when it failed with this error: messages, steps, usage, cost. `undefined` for an error that came from elsewhere. */
export function failedTurn(error: unknown): AgentTurn | undefined {
  return typeof error === 'object' && error !== null ? (error as Record<symbol, AgentTurn | undefined>)[turnKey] : undefined
}

/** Not enumerable, so that no log and no JSON of the error holds the conversation. */
export function attachTurn(error: unknown, turn: AgentTurn): void {
  if (typeof error !== 'object' || error === null || !Object.isExtensible(error)) return
  Object.defineProperty(error, turnKey, { value: turn, configurable: true })
}
