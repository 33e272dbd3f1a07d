import { ProviderError, type ChatEvent, type ChatRequest, type Provider } from '@resoftai/sdk'
import { endedByError } from './answer-error.ts'
import type { Call } from './call.ts'
import type { VendorReader } from './reply-reader.ts'

const eventTypes: ReadonlySet<unknown> = new Set<ChatEvent['type']>([
  'start',
  'text',
  'reasoning',
  'tool_call',
  'citation',
  'usage',
  'provider_data',
  'warning',
  'restart',
  'finish'
])

/** Reads a provider that is not a dialect. Nothing it does is believed: junk, two ends or none, deafness to cancelling. */
export function providerReader(provider: Provider, request: ChatRequest, call: Call): VendorReader {
  const controller = new AbortController()
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => undefined)
  const fail = (reason: ProviderError) => {
    ended.reject(reason)
    controller.abort(reason)
  }
  call.onEnd(fail)
  const events = iterate(provider.chat(request, controller.signal))
  let finished = false
  return {
    fail,
    async read() {
      if (finished) return undefined
      const next = await Promise.race([events.next(), ended.promise])
      if (next.done === true)
        throw new ProviderError('truncated', 'The provider ended its reply without finishing it.', { code: 'no_finish' })
      const event = checkEvent(next.value)
      if (event.type === 'finish' && event.reason === 'error') throw endedByError(event.raw)
      finished = event.type === 'finish'
      return [event]
    },
    close() {
      controller.abort(new ProviderError('cancelled', 'The reply is no longer wanted.'))
      void Promise.resolve(events.return?.()).catch(() => undefined)
    }
  }
}

function iterate(value: unknown): AsyncIterator<ChatEvent> {
  const make = (value as AsyncIterable<ChatEvent> | undefined)?.[Symbol.asyncIterator]
  if (typeof make !== 'function') throw junk('chat() returned no async iterable')
  return make.call(value)
}

function checkEvent(value: unknown): ChatEvent {
  if (typeof value !== 'object' || value === null || !eventTypes.has((value as { type?: unknown }).type))
    throw junk('chat() yielded something that is no event')
  return value as ChatEvent
}

function junk(what: string): ProviderError {
  return new ProviderError('protocol', `The plugin is broken: ${what}.`, { code: 'plugin', retryable: false })
}
