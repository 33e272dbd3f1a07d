import type { Context, Tracer } from '@opentelemetry/api'
import type { AgentTool } from '@resoftai/agent'
import type { ProviderClient } from '@resoftai/core'

/** Loaded only where traces are made: it takes more time and memory than most of what is loaded at a start. */
export type TraceApi = typeof import('@opentelemetry/api')

/** What spans are made with, and below which one. */
export interface SpanPlace {
  readonly api: TraceApi
  readonly tracer: Tracer
  readonly context: Context
}

/** The trace of a request. */
export interface Trace {
  /** The same client, whose calls are spans of this trace. Calls that run at the same time must not share a list of `attempts`. */
  readonly watch: (client: ProviderClient) => ProviderClient
  /** The same tool, whose runs are spans of this trace. */
  readonly watchTool: (tool: AgentTool) => AgentTool
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent where no traces are made. */
    trace?: Trace
  }
}
