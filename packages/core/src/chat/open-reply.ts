import {
  ProviderError,
  type ChatEvent,
  type ChatMode,
  type ChatRequest,
  type Dialect,
  type Provider,
  type WireRequest
} from '@resoftai/sdk'
import type { CallLimits } from '../config/index.ts'
import type { Exchange, ResponseHead } from '../transport/index.ts'
import { readAnswerError } from './answer-error.ts'
import type { Call } from './call.ts'
import type { Key } from './key-ring.ts'
import type { Leg } from './leg.ts'
import { providerReader } from './provider-reader.ts'
import { maxErrorBytes, readBody } from './read-body.ts'
import { StreamReader, type ReplyReader, type VendorReader } from './reply-reader.ts'
import type { Try } from './retry.ts'
import { tellWhenLeft } from './tell-when-left.ts'
import { isProgress, StallWatch } from './stall-watch.ts'
import type { StartedProvider } from './started-provider.ts'
import type { TokenMint } from './token-mint.ts'
import { WholeReader, type Answer, type FollowUps } from './whole-reader.ts'

/** A reply that has begun: what came up to its first content, and the rest to read. */
export interface OpenReply {
  readonly first: readonly ChatEvent[]
  readonly rest: ReplyReader
}

/** One request for a reply. */
export interface ReplyRequest {
  readonly provider: StartedProvider
  readonly request: ChatRequest
  readonly mode: ChatMode
  /** Absent for a provider that is no dialect. */
  readonly wire: WireRequest | undefined
  readonly limits: CallLimits
  readonly leg: Leg
  /** Its request is written already, and the answer is wanted as it comes. */
  readonly isRelayed: boolean
}

/** One try at a reply. It has succeeded when the first content is here, so until then a repeat is invisible to the caller. */
export function tryReply(asked: ReplyRequest, call: Call, key: Key): Try<OpenReply> {
  const { provider, request, wire, limits, leg } = asked
  let exchange: Exchange | undefined
  const open = async (): Promise<ReplyReader> => {
    if (wire === undefined) return watchStalls(providerReader(provider.made as Provider, request, call), asked)
    const ask = async ({ next }: { readonly next: WireRequest }): Promise<Answer> => {
      exchange = await sendRequest(provider, next, limits, call, key)
      return { exchange, head: await receiveHead(exchange, provider, limits) }
    }
    const answer = await ask({ next: wire })
    const reader = openReader(answer, asked, { ask, sleep: ms => call.sleep(ms), abort: reason => exchange?.abort(reason) })
    return tellWhenLeft(watchStalls(reader, asked), provider, key)
  }
  return {
    phase: () => exchange?.phase ?? 'connect',
    run: async () => {
      const started = performance.now()
      await leg.tryAgain()
      const reader = await open()
      try {
        const reply = await readToFirstContent(reader)
        provider.counters.firstEventMs.add(performance.now() - started)
        return reply
      } catch (error) {
        reader.close()
        throw error
      }
    }
  }
}

/** From here on the end of the call, whatever its reason, closes the connection. */
export async function sendRequest(
  { channel, tokens }: StartedProvider,
  wire: WireRequest,
  { connectTimeoutMs }: CallLimits,
  call: Call,
  key: Key
): Promise<Exchange> {
  const secrets = tokens.isEmpty ? key.secrets : await takeTokens(tokens, wire, call, key)
  const exchange = await channel.send(wire, { secrets, connectTimeoutMs })
  call.onEnd(failure => exchange.abort(failure))
  return exchange
}

async function takeTokens(tokens: TokenMint, wire: WireRequest, call: Call, key: Key): Promise<ReadonlyMap<string, string>> {
  const begun = performance.now()
  const { secrets, madeAt } = await call.waitFor(tokens.secretsFor(wire, key))
  call.renewTokens = madeAt > 0 && madeAt < begun ? () => tokens.renew(key, madeAt) : undefined
  return secrets
}

/** The status line of a good answer. */
export async function receiveHead(exchange: Exchange, provider: StartedProvider, { timeoutMs }: CallLimits): Promise<ResponseHead> {
  const timer = setTimeout(() => exchange.abort(lateHead(timeoutMs, exchange.phase)), timeoutMs)
  try {
    const head = await exchange.response
    if (head.status >= 200 && head.status < 300) return head
    const body = await readBody(exchange, { maxBytes: maxErrorBytes, cut: true })
    throw readAnswerError(head, body, provider.made as Dialect, provider.clock())
  } finally {
    clearTimeout(timer)
  }
}

function lateHead(timeoutMs: number, phase: Exchange['phase']): ProviderError {
  return new ProviderError('timeout', `The vendor did not begin to answer within ${timeoutMs / 1000} s.`, {
    code: phase === 'connect' ? 'connect' : 'first_byte',
    hint: 'Raise `timeout` in the configuration of this provider if it is that slow.'
  })
}

/** By what the answer is, not by what was asked: some vendors answer a stream with JSON, or the other way round. */
function openReader(answer: Answer, { provider, mode, isRelayed }: ReplyRequest, followUps: FollowUps): VendorReader {
  const { exchange, head } = answer
  const dialect = provider.made as Dialect
  const type = head.headers['content-type'] ?? ''
  // A page that calls itself one is read whole, as some relays label their JSON so.
  const isStream = type.includes('event-stream') || (mode === 'stream' && !/json|html/.test(type))
  const relay = isRelayed && isStream === (mode === 'stream') ? dialect.relay : undefined
  return isStream
    ? new StreamReader(exchange, head, dialect, provider.clock, relay)
    : new WholeReader(answer, dialect, provider.clock, followUps, relay)
}

async function readToFirstContent(reader: ReplyReader): Promise<OpenReply> {
  const first: ChatEvent[] = []
  for (let batch; (batch = await reader.read()) !== undefined;) {
    for (const event of batch) first.push(event)
    if (batch.some(isProgress)) break
  }
  return { first, rest: reader }
}

function watchStalls(reader: VendorReader, { provider, limits, leg }: ReplyRequest): ReplyReader {
  const kind = reader instanceof StreamReader ? 'stream' : 'whole'
  const watch = new StallWatch(limits, provider.counters, stall => reader.fail(stall), kind)
  const see = (batch: readonly ChatEvent[] | undefined) => {
    watch.see(batch ?? [])
    if (batch !== undefined) leg.note(batch)
    return batch
  }
  const fail = (error: unknown): never => {
    watch.stop()
    throw error
  }
  return {
    read() {
      watch.wait()
      return reader.read().then(see, fail)
    },
    close() {
      watch.stop()
      reader.close()
    }
  }
}
