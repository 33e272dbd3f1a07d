import type { Dispatcher } from 'undici'
import { readNetworkError } from './network-error.ts'

export interface ResponseHead {
  readonly status: number
  /** Lower-case names; repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
}

/** One request and its answer. The body is pulled: a reader that stops pauses the socket. */
export interface Exchange {
  /** `connect`: nothing was sent yet. `headers`: sent, no answer yet. `body`: the answer began. */
  readonly phase: 'connect' | 'headers' | 'body'
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
export class UndiciExchange implements Exchange, Dispatcher.DispatchHandler {
  phase: 'connect' | 'headers' | 'body' = 'connect'
  readonly response: Promise<ResponseHead>
  #head = Promise.withResolvers<ResponseHead>()
  #controller: Dispatcher.DispatchController | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #ended = false
  #failure: Error | undefined
  #reader: PromiseWithResolvers<Buffer | undefined> | undefined

  constructor() {
    this.response = this.#head.promise
    // A failure after the caller stopped waiting must not end the process.
    this.response.catch(() => undefined)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#failure !== undefined) return controller.abort(this.#failure)
    this.phase = 'headers'
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>
  ): void {
    if (status < 200) return
    this.phase = 'body'
    const joined: Record<string, string> = {}
    for (const name in headers) {
      const value = headers[name]
      if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ')
    }
    this.#head.resolve({ status, headers: joined })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
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
    this.#fail(this.#failure ?? readNetworkError(error, this.phase))
  }

  read(): Promise<Buffer | undefined> {
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

  abort(error: Error): void {
    if (this.#ended) return
    this.#chunks = []
    this.#fail(error)
    this.#controller?.abort(error)
  }

  release(): void {
    if (this.#ended || this.#failure !== undefined) return
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

  #fail(error: Error): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = error
    this.#head.reject(error)
    this.#reader?.reject(error)
    this.#reader = undefined
  }
}
