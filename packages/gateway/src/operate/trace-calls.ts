import type { CallOptions, ProviderClient } from '@resoftai/core'
import { CallSpan, type SpanPlan } from './call-span.ts'
import type { CallEnd } from './call-attributes.ts'
import type { SpanPlace } from './trace.ts'

/** Makes `Trace.watch`. */
export function traceCalls(client: ProviderClient, place: SpanPlace): ProviderClient {
  const begin = (plan: Pick<SpanPlan, 'operation' | 'ask' | 'isStream'>, options: CallOptions) => {
    const { attempts = [], session } = options
    return { span: new CallSpan(place, { ...plan, client, session, attempts }), traced: { ...options, attempts } }
  }
  return {
    ...client,
    chat(ask, options = {}) {
      const { span, traced } = begin({ operation: 'chat', ask }, options)
      return watchWhole(span, client.chat(ask, traced))
    },
    async *stream(ask, options = {}) {
      const { span, traced } = begin({ operation: 'chat', ask, isStream: true }, options)
      try {
        for await (const event of client.stream(ask, traced)) {
          span.see(event)
          yield event
        }
      } catch (error) {
        span.fail(error)
        throw error
      } finally {
        span.end()
      }
    },
    embed(ask, options = {}) {
      const { span, traced } = begin({ operation: 'embeddings', ask }, options)
      return watchWhole(span, client.embed(ask, traced))
    }
  }
}

async function watchWhole<Reply extends CallEnd>(span: CallSpan, work: Promise<Reply>): Promise<Reply> {
  try {
    const reply = await work
    span.finish(reply)
    return reply
  } catch (error) {
    span.fail(error)
    throw error
  } finally {
    span.end()
  }
}
