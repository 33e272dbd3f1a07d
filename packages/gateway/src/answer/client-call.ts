import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CallOptions } from '@resoftai/core'
import type { Usage } from '@resoftai/sdk'
import type { Caller } from '../guard/caller.ts'
import { budgetsOf } from '../guard/key-budgets.ts'
import type { GatewayParts } from '../parts.ts'
import type { LeaveReason } from './running-calls.ts'

/** One call of a client: what runs of it ends when the client goes, at a shutdown, or with `abandon()`. */
export interface ClientCall {
  readonly signal: AbortSignal
  /** For the host: who asks. */
  readonly options: CallOptions & { readonly signal: AbortSignal }
  /** What it used counts for the limits of its key. */
  readonly spend: (usage: Usage) => void
  /** As if the client had gone. */
  readonly abandon: () => void
  readonly end: () => void
}

/** Lets a call in that does not end with the connection that it came by, within the limits of its key. Throws `GatewayError` 429. */
export function beginDetachedCall(caller: Caller, { limits, running }: GatewayParts): ClientCall {
  const key = caller.kind === 'key' ? caller.key : undefined
  const admission = key === undefined ? undefined : limits.admit(key)
  const { controller, end } = running.begin()
  const { signal } = controller
  const reason: LeaveReason = 'client_gone'
  return {
    signal,
    options: { signal, ...(key !== undefined && { key: key.name, budgets: budgetsOf(key) }) },
    abandon: () => controller.abort(reason),
    spend: ({ totalTokens, inputTokens = 0, outputTokens = 0 }) => admission?.spend(totalTokens ?? inputTokens + outputTokens),
    end() {
      admission?.leave()
      end()
    }
  }
}

/** The same for a call that ends when its connection is closed. */
export function beginCall({ caller }: FastifyRequest, reply: FastifyReply, parts: GatewayParts): ClientCall {
  const call = beginDetachedCall(caller, parts)
  const onClose = () => {
    if (!reply.raw.writableFinished) call.abandon()
  }
  reply.raw.on('close', onClose)
  // What came before may have taken its time.
  if (reply.raw.destroyed) call.abandon()
  return {
    ...call,
    end() {
      reply.raw.off('close', onClose)
      call.end()
    }
  }
}
