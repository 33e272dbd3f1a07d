import type { SpanContext } from '@opentelemetry/api'

const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * The span of a client, by its `traceparent` header as the W3C has it; `undefined` when there is none that is valid. `tracestate` is not read: it
 * may hold anything.
 */
export function readTraceParent(header: unknown): SpanContext | undefined {
  if (typeof header !== 'string') return undefined
  const [, traceId, spanId, flags, rest] = form.exec(header) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  // Only later versions may say more.
  if (rest !== undefined && header.startsWith('00')) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}
