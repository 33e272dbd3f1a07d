import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CallOptions, LivePlace } from '@resoftai/core'
import type { Usage } from '@resoftai/sdk'
import type { Caller } from '../guard/caller.ts'
import { budgetsOf } from '../guard/key-budgets.ts'
import type { Admission } from '../guard/limits.ts'
import type { GatewayParts } from '../parts.ts'
import type { LeaveReason, RunningCalls } from './running-calls.ts'

/** One call of a client: what runs of it ends when the client goes, at a shutdown, or with `abandon()`. */
export class ClientCall {
  /** For the host: who asks. */
  readonly options: CallOptions & { readonly signal: AbortSignal }
  readonly #admission: Admission | undefined
  readonly #controller = new AbortController()
  readonly #running: RunningCalls
  readonly #place: LivePlace<AbortController>

  /** Lets it in within the limits of its key. Throws `GatewayError` 429. */
  constructor(caller: Caller, { limits, running }: GatewayParts) {
    const key = caller.kind === 'key' ? caller.key : undefined
    this.#admission = key && limits.admit(key)
    this.#running = running
    this.#place = running.begin(this.#controller)
    this.options = { signal: this.signal, ...(key !== undefined && { key: key.name, budgets: budgetsOf(key) }) }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What it used counts for the limits of its key. */
  spend({ totalTokens, inputTokens = 0, outputTokens = 0 }: Usage): void {
    this.#admission?.spend(totalTokens ?? inputTokens + outputTokens)
  }

  /** As if the client had gone. */
  abandon(): void {
    const reason: LeaveReason = 'client_gone'
    this.#controller.abort(reason)
  }

  end(): void {
    this.#admission?.leave()
    this.#running.end(this.#place)
  }
}

/** A call that ends when its connection is closed. */
export function beginCall({ caller }: FastifyRequest, reply: FastifyReply, parts: GatewayParts): ClientCall {
  const call = new ClientCall(caller, parts)
  // Behind the end of the call it has nothing left to end.
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) call.abandon()
  })
  // What came before may have taken its time.
  if (reply.raw.destroyed) call.abandon()
  return call
}
