import type { Span } from '@opentelemetry/api'
import type { Ask, EmbedAsk, ProviderClient } from '@resoftai/core'
import { isProviderError, type Attempt, type ChatEvent } from '@resoftai/sdk'
import { attemptAttributes, endAttributes, known, type CallEnd } from './call-attributes.ts'
import type { SpanPlace, TraceApi } from './trace.ts'
import { withoutKeys } from './without-keys.ts'

export interface SpanPlan {
  readonly operation: 'chat' | 'embeddings'
  readonly client: ProviderClient
  readonly ask: Ask | EmbedAsk
  readonly isStream?: boolean
  /** Of a conversation that the gateway keeps. */
  readonly session: string | undefined
  /** The call adds its tries here. */
  readonly attempts: readonly Attempt[]
}

type Who = Pick<Attempt, 'provider' | 'model'>

/** One call to a model, retries and other models of its route included. Until it is told otherwise, it was left. */
export class CallSpan {
  readonly #api: TraceApi
  readonly #plan: SpanPlan
  readonly #span: Span
  /** How many tries were there before. */
  readonly #before: number
  readonly #begunAt = Date.now()
  readonly #begun = performance.now()
  #isFirst = true
  #end: CallEnd = {}
  #who: Partial<Who> = {}
  #error: string | undefined = 'cancelled'

  constructor({ api, tracer, context }: SpanPlace, plan: SpanPlan) {
    const { operation, client, ask, isStream, session, attempts } = plan
    const isRoute = client.plugin === 'route'
    const model = isRoute ? client.name : (ask.model ?? client.defaultModel)
    this.#api = api
    this.#plan = plan
    this.#before = attempts.length
    this.#span = tracer.startSpan(
      nameOf(operation, model),
      {
        kind: api.SpanKind.CLIENT,
        attributes: known({
          'gen_ai.operation.name': operation,
          // Who of a route answers is not known yet.
          ...(isRoute ? { 'resoftai.route': client.name } : { 'gen_ai.provider.name': client.name }),
          'gen_ai.request.model': model === undefined ? undefined : withoutKeys(model),
          'gen_ai.request.stream': isStream,
          'gen_ai.conversation.id': session
        })
      },
      context
    )
  }

  /** An event of a stream. */
  see(event: ChatEvent): void {
    if (this.#isFirst) this.#span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - this.#begun) / 1000)
    this.#isFirst = false
    switch (event.type) {
      case 'start':
        this.#end = { ...this.#end, ...(event.model !== '' && { model: event.model }), ...(event.id !== undefined && { id: event.id }) }
        return
      case 'usage':
        this.#end = { ...this.#end, usage: { ...this.#end.usage, ...event.usage } }
        return
      case 'cost':
        this.#end = { ...this.#end, cost: event.cost }
        return
      case 'restart':
        this.#end = {}
        return
      case 'finish':
        this.finish({ ...this.#end, finishReason: event.reason })
        return
      case 'frame':
        for (const told of event.events) this.see(told)
        return
      default:
        // Content is not for traces.
        return
    }
  }

  finish(end: CallEnd): void {
    this.#end = end
    this.#error = undefined
  }

  fail(error: unknown): void {
    this.#error = '_OTHER'
    if (!isProviderError(error)) return
    const { kind, provider, model, usage } = error
    this.#error = kind
    this.#who = { ...(provider !== undefined && { provider }), ...(model !== undefined && { model }) }
    this.#end = { ...this.#end, ...(usage !== undefined && { usage }) }
  }

  end(): void {
    const tries = this.#plan.attempts.slice(this.#before)
    this.#name({ ...this.#who, ...tries.at(-1) })
    this.#tellTries(tries)
    const error = this.#error
    this.#span.setAttributes(endAttributes(error === undefined ? this.#end : { ...this.#end, finishReason: 'error' }))
    if (error !== undefined) this.#span.setAttribute('error.type', error).setStatus({ code: this.#api.SpanStatusCode.ERROR })
    this.#span.end()
  }

  /** Who was asked last. */
  #name({ provider, model }: Partial<Who>): void {
    if (provider !== undefined) this.#span.setAttribute('gen_ai.provider.name', provider)
    if (model === undefined) return
    this.#span.setAttribute('gen_ai.request.model', withoutKeys(model))
    this.#span.updateName(nameOf(this.#plan.operation, model))
  }

  #tellTries(tries: readonly Attempt[]): void {
    this.#span.setAttribute('resoftai.attempts', tries.length)
    let at = this.#begunAt
    for (const one of tries) {
      at += one.durationMs
      this.#span.addEvent('resoftai.attempt', attemptAttributes(one), at)
      at += one.waitMs ?? 0
    }
  }
}

function nameOf(operation: string, model: string | undefined): string {
  return model === undefined ? operation : `${operation} ${withoutKeys(model)}`
}
