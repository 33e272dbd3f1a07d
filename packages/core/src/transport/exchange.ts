import type { ProviderError } from '@resoftai/sdk'
import type { Dispatcher } from 'undici'
import { BodyDecoder, readLayers } from './body-decoder.ts'
import { answerTooLarge, maxAnswerBytes } from './body-limit.ts'
import type { GiveUp, Passenger } from './connector.ts'

export interface ResponseHead {
  readonly status: number
  /** Lower-case names; repeated headers are joined with `, `. Without `content-encoding`: what is read is decompressed. */
  readonly headers: Readonly<Record<string, string>>
}

export type Phase = 'connect' | 'headers' | 'body'

/** How a request is sent, for what only its sender knows. */
export interface Sender {
  /** Says what a failed connection means. */
  explain(error: Error, phase: Phase): Promise<ProviderError>
  /** undici begins to write the request. */
  onStart(exchange: UndiciExchange): void
  /** Sends the request once more, on a fresh connection. */
  sendAgain(exchange: UndiciExchange): void
}

/** One request and its answer. The body is pulled: a reader that stops pauses the socket. */
export interface Exchange {
  /** `connect`: nothing was sent yet. `headers`: sent, no answer yet. `body`: the answer began. */
  readonly phase: Phase
  readonly response: Promise<ResponseHead>
  /** The next piece of the body, `undefined` at its end. Rejects when the connection broke or was aborted. */
  read(): Promise<Uint8Array | undefined>
  /** Closes the connection unless the answer has ended; whoever waits gets the given error. What was not read is dropped. */
  abort(error: Error): void
  /** Lets a body that is about to end do so, which keeps the connection for the next call; closes it otherwise. */
  release(): void
}

/** Chunks a reader has not taken yet may grow to this before the socket is paused. */
const highWaterBytes = 256 * 1024

/** An exchange as undici tells it. */
export class UndiciExchange implements Exchange, Dispatcher.DispatchHandler, Passenger {
  phase: Phase = 'connect'
  readonly response: Promise<ResponseHead>
  /** Until the answer begins. */
  #head: PromiseWithResolvers<ResponseHead> | undefined
  #controller: Dispatcher.DispatchController | undefined
  #chunks: Buffer[] = []
  /** In `#chunks`. */
  #bytes = 0
  #received = 0
  #decoder: BodyDecoder | undefined
  #ended = false
  #failure: Error | undefined
  #reader: PromiseWithResolvers<Buffer | undefined> | undefined
  #sender: Sender
  giveUp: GiveUp | undefined
  isReused = false
  #heard = false

  constructor(sender: Sender) {
    this.#sender = sender
    this.#head = Promise.withResolvers()
    this.response = this.#head.promise
    // A failure after the caller stopped waiting must not end the process.
    this.response.catch(() => undefined)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Its connection is there.
    this.giveUp = undefined
    if (this.#failure !== undefined) return controller.abort(this.#failure)
    this.phase = 'headers'
    this.#sender.onStart(this)
  }

  /** The first byte of an answer, which undici tells but its types do not. */
  onResponseStarted(): void {
    this.#heard = true
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return
    this.phase = 'body'
    const joined: Record<string, string> = {}
    for (const name in headers) {
      const value = headers[name]
      if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ')
    }
    // Ten buffers that undici would keep until the end of the body, which its type does not tell.
    Object.assign(controller, { rawHeaders: null })
    this.#head?.resolve({ status, headers: this.#takeEncoding(joined) })
    this.#head = undefined
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length
    if (this.#received > maxAnswerBytes) return this.abort(answerTooLarge())
    if (this.#reader !== undefined) {
      this.#reader.resolve(chunk)
      this.#reader = undefined
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > highWaterBytes) controller.pause()
  }

  onResponseEnd(): void {
    this.#ended = true
    this.#reader?.resolve(undefined)
    this.#reader = undefined
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#failure !== undefined) return
    if (this.#wasIdleTooLong(error)) return this.#sendAgain()
    void this.#sender.explain(error, this.phase).then(failure => this.#fail(failure))
  }

  read(): Promise<Buffer | undefined> {
    if (this.#decoder === undefined) return this.#next()
    return this.#decoder.read().catch((error: Error) => {
      this.abort(error)
      throw error
    })
  }

  abort(error: Error): void {
    this.#decoder?.destroy(error)
    if (this.#ended) return
    this.#chunks = []
    this.#fail(error)
    this.#controller?.abort(error)
    if (this.phase === 'connect') this.giveUp?.(error)
  }

  release(): void {
    if (this.#failure !== undefined) return
    if (this.#ended) return this.#decoder?.destroy(new Error('The answer has ended.'))
    const timer = setTimeout(() => this.abort(new Error('The vendor did not end its answer.')), 250)
    timer.unref()
    const drain = async () => {
      for (let drained = 0; drained < highWaterBytes;) {
        const chunk = await this.read()
        if (chunk === undefined) return
        drained += chunk.length
      }
      this.abort(new Error('The vendor went on after the end of its answer.'))
    }
    void drain()
      .catch(() => undefined)
      .finally(() => clearTimeout(timer))
  }

  /** The vendor closed the idle connection just when it was used again, and has not seen the request (FAULTS.md N46). */
  #wasIdleTooLong({ code }: Error & { readonly code?: unknown }): boolean {
    return (
      this.isReused && this.phase === 'headers' && !this.#heard && (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE')
    )
  }

  #sendAgain(): void {
    this.isReused = false
    this.phase = 'connect'
    this.#controller = undefined
    this.#sender.sendAgain(this)
  }

  #takeEncoding(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const layers = readLayers(headers['content-encoding'])
    if (layers.length === 0) return headers
    this.#decoder = new BodyDecoder(layers, () => this.#next())
    const { 'content-encoding': _encoding, 'content-length': _length, ...rest } = headers
    return rest
  }

  /** The next chunk as it came. */
  #next(): Promise<Buffer | undefined> {
    if (this.#failure !== undefined && this.#chunks.length === 0) return Promise.reject(this.#failure)
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#bytes -= chunk.length
      if (this.#controller?.paused && this.#bytes <= highWaterBytes / 2) this.#controller.resume()
      return Promise.resolve(chunk)
    }
    if (this.#ended) return Promise.resolve(undefined)
    this.#reader = Promise.withResolvers()
    return this.#reader.promise
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#head?.reject(error)
    this.#reader?.reject(error)
    this.#reader = undefined
  }
}
