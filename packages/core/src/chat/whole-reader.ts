import { isFollowUp, isProviderError, ProviderError, type ChatEvent, type Dialect, type FollowUp, type RelayDialect } from '@resoftai/sdk'
import type { Exchange, ResponseHead } from '../transport/index.ts'
import { decodeWhole, withHead } from './decode-whole.ts'
import { readBody } from './read-body.ts'
import type { VendorReader } from './reply-reader.ts'

export interface Answer {
  readonly exchange: Exchange
  readonly head: ResponseHead
}

/** What a reply that takes several requests needs of its call. */
export interface FollowUps {
  ask(followUp: FollowUp): Promise<Answer>
  sleep(ms: number): Promise<void>
  /** Ends the request that runs. */
  abort(reason: ProviderError): void
}

/** A dialect bounds its own polls; this ends one that does not. */
const mostFollowUps = 1_000
/** A request that follows asks for what the vendor works on already: it may be repeated, but the reply must not be begun anew for it. */
const mostRepeats = 2
const repeatDelayMs = 1_000

/** A whole reply: JSON, read to its end, by as many requests as it takes. */
export class WholeReader implements VendorReader {
  #answer: Answer
  #dialect: Dialect
  #now: () => number
  #followUps: FollowUps
  #relay: RelayDialect | undefined
  #next: FollowUp | undefined
  #count = 0
  #complete = false

  /** With `relay` its events come in a frame. */
  constructor(answer: Answer, dialect: Dialect, now: () => number, followUps: FollowUps, relay?: RelayDialect) {
    this.#relay = relay
    this.#answer = answer
    this.#dialect = dialect
    this.#now = now
    this.#followUps = followUps
  }

  async read(): Promise<readonly ChatEvent[] | undefined> {
    if (this.#complete) return undefined
    const body = this.#next === undefined ? await readBody(this.#answer.exchange) : await this.#askNext(this.#next)
    const { head } = this.#answer
    try {
      const relay = this.#relay
      const decode = relay === undefined ? this.#next?.decode : (value: unknown) => relay.decode(value, body)
      const meaning = decodeWhole(body, head, this.#dialect, decode)
      this.#next = isFollowUp(meaning) ? meaning : undefined
      this.#complete = this.#next === undefined
      return isFollowUp(meaning) ? (meaning.events ?? []) : meaning
    } catch (error) {
      throw withHead(error, head, this.#now)
    }
  }

  fail(reason: ProviderError): void {
    this.#followUps.abort(reason)
  }

  close(): void {
    if (!this.#complete) this.#answer.exchange.abort(new Error('No longer wanted.'))
  }

  async #askNext(followUp: FollowUp): Promise<string> {
    if (++this.#count > mostFollowUps) throw endless()
    if (followUp.afterMs !== undefined && followUp.afterMs > 0) await this.#followUps.sleep(followUp.afterMs)
    for (let repeat = 0; ; repeat++) {
      try {
        this.#answer = await this.#followUps.ask(followUp)
        return await readBody(this.#answer.exchange)
      } catch (error) {
        if (!isProviderError(error) || !error.retryable) throw error
        if (repeat === mostRepeats) throw error.with({ retryable: false })
        await this.#followUps.sleep(error.retryAfterMs ?? repeatDelayMs)
      }
    }
  }
}

function endless(): ProviderError {
  return new ProviderError('protocol', `The reply was not there after ${mostFollowUps} requests.`, { code: 'endless', retryable: false })
}
