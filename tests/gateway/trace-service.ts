import { fakeService, json, type FakeService, type Respond } from '@resoftai/sdk/testing'

/** A span as it was sent, with its attributes as a mapping. */
export interface SentSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  /** 2: of a server, 3: of a client. */
  readonly kind: number
  /** 2: an error. */
  readonly status: { readonly code: number; readonly message?: string }
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[]
  readonly resource: Readonly<Record<string, unknown>>
}

export interface TraceService extends FakeService {
  readonly spans: () => readonly SentSpan[]
}

/** What takes traces by OTLP, as JSON. */
export async function traceService(respond: Respond = json({})): Promise<TraceService> {
  const service = await fakeService(respond)
  return {
    ...service,
    spans: () => service.requests.filter(({ path }) => path === '/v1/traces').flatMap(request => readSpans(request.json as Sent))
  }
}

interface Pair {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Pair[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<SentSpan, 'attributes' | 'events' | 'resource'> & {
        readonly attributes: readonly Pair[]
        readonly events: readonly { readonly name: string; readonly attributes: readonly Pair[] }[]
      })[]
    }[]
  }[]
}

function readSpans({ resourceSpans }: Sent): readonly SentSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(span => ({
        ...span,
        attributes: mapping(span.attributes),
        events: span.events.map(({ name, attributes }) => ({ name, attributes: mapping(attributes) })),
        resource: mapping(resource.attributes)
      }))
    )
  )
}

function mapping(pairs: readonly Pair[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]))
}

function valueOf(value: Readonly<Record<string, unknown>>): unknown {
  const [[kind, plain] = ['none', undefined]] = Object.entries(value)
  return kind === 'arrayValue' ? (plain as { readonly values: readonly Readonly<Record<string, unknown>>[] }).values.map(valueOf) : plain
}
