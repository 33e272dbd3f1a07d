import {
  ProviderError,
  type ChatEvent,
  type ChatMode,
  type ChatRequest,
  type Dialect,
  type Provider,
  type WireRequest
} from '@resoftai/sdk'
import type { Exchange, ResponseHead } from '../transport/index.ts'
import { notAReply, readAnswerError, readRequestId } from './answer-error.ts'
import type { Call } from './call.ts'
import { providerReader } from './provider-reader.ts'
import { maxErrorBytes, readBody } from './read-body.ts'
import { readWhole, StreamReader, type ReplyReader } from './reply-reader.ts'
import type { Try } from './retry.ts'
import { isProgress, StallWatch } from './stall-watch.ts'
import type { StartedProvider } from './started-provider.ts'

/** A reply that has begun: what came up to its first content, and the rest to read. */
export interface OpenReply {
  readonly first: readonly ChatEvent[]
  readonly rest: ReplyReader
}

/** One try at a reply. It has succeeded when the first content is here, so until then a repeat is invisible to the caller. */
export function tryReply(
  provider: StartedProvider,
  request: ChatRequest,
  mode: ChatMode,
  wire: WireRequest | undefined,
  call: Call
): Try<OpenReply> {
  let exchange: Exchange | undefined
  const open = async (): Promise<ReplyReader> => {
    if (wire === undefined) return providerReader(provider.made as Provider, request, call)
    exchange = await sendRequest(provider, wire, call)
    const head = await receiveHead(exchange, provider)
    return openReader(exchange, head, provider, mode)
  }
  return {
    phase: () => exchange?.phase ?? 'connect',
    run: async () => {
      const reader = watchStalls(await open(), provider, exchange, call)
      try {
        return await readToFirstContent(reader)
      } catch (error) {
        reader.close()
        throw error
      }
    }
  }
}

/** One try at a JSON answer that is not a chat: models, embeddings, health. */
export function tryJson(provider: StartedProvider, wire: WireRequest, call: Call): Try<unknown> {
  let exchange: Exchange | undefined
  return {
    phase: () => exchange?.phase ?? 'connect',
    run: async () => {
      exchange = await sendRequest(provider, wire, call)
      const head = await receiveHead(exchange, provider)
      const body = await readBody(exchange)
      try {
        return JSON.parse(body)
      } catch {
        throw notAReply(head, body)
      }
    }
  }
}

/** From here on the end of the call, whatever its reason, closes the connection. */
async function sendRequest(provider: StartedProvider, wire: WireRequest, call: Call): Promise<Exchange> {
  const exchange = await provider.channel.send(wire)
  call.onEnd(failure => exchange.abort(failure))
  return exchange
}

/** The status line of a good answer. */
async function receiveHead(exchange: Exchange, provider: StartedProvider): Promise<ResponseHead> {
  const { timeoutMs } = provider.settings
  const timer = setTimeout(() => {
    exchange.abort(
      new ProviderError('timeout', `The vendor did not begin to answer within ${timeoutMs / 1000} s.`, {
        code: exchange.phase === 'connect' ? 'connect' : 'first_byte',
        hint: 'Raise `timeout` in the configuration of this provider if it is that slow.'
      })
    )
  }, timeoutMs)
  try {
    const head = await exchange.response
    if (head.status >= 200 && head.status < 300) return head
    const body = await readBody(exchange, { maxBytes: maxErrorBytes, cut: true })
    throw readAnswerError(head, body, provider.made as Dialect, provider.clock())
  } finally {
    clearTimeout(timer)
  }
}

/** By what the answer is, not by what was asked: some vendors answer a stream with JSON, or the other way round. */
function openReader(exchange: Exchange, head: ResponseHead, provider: StartedProvider, mode: ChatMode): ReplyReader {
  const dialect = provider.made as Dialect
  const type = head.headers['content-type'] ?? ''
  const encoding = head.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    const error = new ProviderError('protocol', `The vendor sent a ${encoding} body that was not asked for.`, {
      code: 'encoding',
      requestId: readRequestId(head.headers)
    })
    exchange.abort(error)
    throw error
  }
  // A page that calls itself one is read whole, as some relays label their JSON so.
  const isStream = type.includes('event-stream') || (mode === 'stream' && !/json|html/.test(type))
  return isStream ? new StreamReader(exchange, head, dialect, provider.clock) : readWhole(exchange, head, dialect, provider.clock)
}

async function readToFirstContent(reader: ReplyReader): Promise<OpenReply> {
  const first: ChatEvent[] = []
  for (let batch; (batch = await reader.read()) !== undefined;) {
    for (const event of batch) first.push(event)
    if (batch.some(isProgress)) break
  }
  return { first, rest: reader }
}

function watchStalls(reader: ReplyReader, provider: StartedProvider, exchange: Exchange | undefined, call: Call): ReplyReader {
  const watch = new StallWatch(provider.settings, error => (exchange === undefined ? call.fail(error) : exchange.abort(error)))
  return {
    async read() {
      watch.wait()
      try {
        const batch = await reader.read()
        watch.see(batch ?? [])
        return batch
      } catch (error) {
        watch.stop()
        throw error
      }
    },
    close() {
      watch.stop()
      reader.close()
    }
  }
}
