import type { FastifyReply } from 'fastify'
import type { KeptReply, ReplyStore } from '@resoftai/storage'

const keepMs = 24 * 60 * 60 * 1_000
const mostChars = 4 * 1024 * 1024
/** Of all streams that are taken down at one time. */
const mostCharsTogether = 64 * 1024 * 1024

/** What is the answer's own. The rest is about the request that asks: its id, and what it took. */
const kept = /^(content-type|request-id|x-should-retry|x-resoftai-(?!request-id$|overhead-ms$).+)$/

/** Where recordings of one gateway go. */
export interface Shelf {
  readonly store: ReplyStore
  /** A process that dies holds its answers for so long. */
  readonly leaseMs: number
  /** What the streams have so far that are taken down now. */
  chars: number
  /** An answer could not be kept. Who asked has it all the same. */
  readonly tellLost: (error: unknown, requestId: string) => void
}

/** Takes down what a request is answered. The first of `keep`, `keepStream` and `release` ends it, and one of them must. */
export class Recording {
  readonly #shelf: Shelf
  readonly #reply: FastifyReply
  readonly #id: string
  readonly #holder: string
  readonly #renewal: NodeJS.Timeout
  #isOver = false
  /** Of a stream, so far; `undefined`: it is too long. */
  #frames: string | undefined = ''

  constructor(shelf: Shelf, reply: FastifyReply, id: string, holder: string) {
    this.#shelf = shelf
    this.#reply = reply
    this.#id = id
    this.#holder = holder
    // A storage that cannot be reached for a while is no loss: `keep` tells.
    const renew = () => void shelf.store.renew(id, holder, shelf.leaseMs).catch(() => false)
    this.#renewal = setInterval(renew, shelf.leaseMs / 3)
  }

  /** The next of a stream. */
  add(frames: string): void {
    if (this.#frames === undefined || this.#isOver) return
    const fits = this.#frames.length + frames.length <= mostChars && this.#shelf.chars + frames.length <= mostCharsTogether
    if (!fits) return this.#forget()
    this.#frames += frames
    this.#shelf.chars += frames.length
  }

  /** The stream is whole. */
  keepStream(): Promise<void> {
    return this.#keep(this.#frames, { 'content-type': 'text/event-stream; charset=utf-8' })
  }

  /** The answer, as it leaves. */
  keep(body: string): Promise<void> {
    return this.#keep(body.length > mostChars ? undefined : body)
  }

  /** There is no answer that is worth keeping. */
  async release(): Promise<void> {
    // One that cannot be released now is so when its lease is over.
    if (this.#end()) await this.#shelf.store.release(this.#id, this.#holder).catch(() => false)
  }

  async #keep(body: string | undefined, more: KeptReply['headers'] = {}): Promise<void> {
    if (!this.#end()) return
    const reply = body === undefined ? null : { status: this.#reply.statusCode, headers: { ...this.#headers(), ...more }, body }
    try {
      await this.#shelf.store.keep(this.#id, this.#holder, reply, keepMs)
    } catch (error) {
      this.#shelf.tellLost(error, this.#reply.request.id)
    }
  }

  #headers(): KeptReply['headers'] {
    const headers = Object.entries(this.#reply.getHeaders()).filter(([name]) => kept.test(name))
    return Object.fromEntries(headers.map(([name, value]) => [name, String(value)]))
  }

  #end(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    clearInterval(this.#renewal)
    this.#forget()
    return true
  }

  #forget(): void {
    this.#shelf.chars -= this.#frames?.length ?? 0
    this.#frames = undefined
  }
}
