import type { Attributes } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import type { Log, Redactor } from '@resoftai/core'

interface Watch {
  readonly url: string
  readonly log: Log
  readonly redactor: Redactor
}

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0]

/** An exporter that sends no secret, and whose failures are told once until it works again. */
export function watchExporter(exporter: SpanExporter, { url, log, redactor }: Watch): SpanExporter {
  const endpoint = new URL(url).origin
  let isFailing = false
  const tell = ({ error }: Result) => {
    if (error !== undefined && !isFailing) {
      // Its words may be those of whoever answered.
      log.warn('Traces cannot be sent, and are dropped until they can.', { endpoint, code: codeOf(error) })
    }
    if (error === undefined && isFailing) log.info('Traces are sent again.', { endpoint })
    isFailing = error !== undefined
  }
  return {
    export(spans, done) {
      for (const span of spans) scrub(span, redactor)
      exporter.export(spans, result => {
        tell(result)
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.()
  }
}

/** A status, or a word such as `ECONNREFUSED`. */
function codeOf(error: Error): unknown {
  const { code } = error as Error & { readonly code?: unknown }
  return code
}

/** A vendor may name its model, or a reply, by the key that it was sent. */
function scrub(span: ReadableSpan, redactor: Redactor): void {
  const clean = (attributes: Attributes) => {
    for (const [name, value] of Object.entries(attributes)) attributes[name] = redactor.scrubValue(value)
  }
  clean(span.attributes)
  for (const { attributes = {} } of span.events) clean(attributes)
  Object.assign(span, { name: redactor.scrub(span.name) })
}
