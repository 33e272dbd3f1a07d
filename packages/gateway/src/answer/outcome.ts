import type { Attempt } from '@resoftai/sdk'
import type { GatewayError } from '../error.ts'
import { explainError } from './answer-error.ts'

declare module 'fastify' {
  interface FastifyRequest {
    outcome: Outcome
  }
}

export type TellFailure = (requestId: string, error: unknown, answer: GatewayError) => void

/** What becomes of a request, for logs and traces: a stream may fail long after its status was sent. */
export class Outcome {
  /** Why there is no whole answer, as a client is told. */
  failure: GatewayError | undefined
  readonly #requestId: string
  readonly #tell: TellFailure
  #tries: readonly Attempt[][] = []

  constructor(requestId: string, tell: TellFailure) {
    this.#requestId = requestId
    this.#tell = tell
  }

  fail(error: unknown): void {
    this.failure = explainError(error)
    this.#tell(this.#requestId, error, this.failure)
  }

  /** A list for the tries of a call. Calls that run at the same time need one each. */
  noteTries(): Attempt[] {
    const tries: Attempt[] = []
    this.#tries = [...this.#tries, tries]
    return tries
  }

  /** Those of all calls. */
  get tries(): readonly Attempt[] {
    return this.#tries.flat()
  }
}
