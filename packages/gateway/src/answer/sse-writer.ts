import type { ServerResponse } from 'node:http'

/** So long without a frame, a comment shows proxies and clients that the connection lives. */
const keepAliveMs = 15_000
/** One turn of the event loop may bring megabytes. */
const mostWaiting = 64 * 1024
/** A client that reads nothing for so long is gone, whatever its connection says. */
const defaultSendMs = 60_000

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Nginx would collect the pieces otherwise.
  'x-accel-buffering': 'no'
}

/** Writes frames of a stream. Those of one turn of the event loop leave together; a client that does not read is waited for. */
export class SseWriter {
  readonly #response: ServerResponse
  readonly #sendMs: number
  #waiting = ''
  #isPlanned = false
  #isBegun = false
  #keepAlive: NodeJS.Timeout

  constructor(response: ServerResponse, more: Readonly<Record<string, string>>, sendMs = defaultSendMs) {
    this.#sendMs = sendMs
    this.#response = response
    response.writeHead(200, { ...headers, ...more })
    this.#keepAlive = setTimeout(() => this.#writeComment(), keepAliveMs).unref()
  }

  /** A promise only where the client is slower than the vendor. */
  write(frame: string): Promise<void> | undefined {
    this.#waiting += frame
    if (this.#waiting.length > mostWaiting) this.#flush()
    else if (!this.#isPlanned) {
      this.#isPlanned = true
      setImmediate(() => this.#flush())
    }
    return this.#response.writableNeedDrain ? this.#drained() : undefined
  }

  end(): void {
    clearTimeout(this.#keepAlive)
    const last = this.#waiting
    this.#waiting = ''
    this.#response.end(last)
  }

  #flush(): void {
    this.#isPlanned = false
    if (this.#waiting === '' || this.#response.writableEnded || this.#response.destroyed) return
    if (!this.#isBegun) this.#begin()
    else this.#response.write(this.#waiting)
    this.#waiting = ''
    this.#keepAlive.refresh()
  }

  /** Head and first frames leave together, but as two texts: the response keeps the head, and one that is written by itself is kept without its parts. */
  #begin(): void {
    this.#isBegun = true
    const { socket } = this.#response
    socket?.cork()
    this.#response.flushHeaders()
    this.#response.write(this.#waiting)
    socket?.uncork()
  }

  #writeComment(): void {
    if (this.#response.writableEnded || this.#response.destroyed) return
    if (!this.#response.writableNeedDrain) this.#response.write(': keep-alive\n\n')
    this.#keepAlive.refresh()
  }

  #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => this.#response.destroy(), this.#sendMs)
    const done = () => {
      clearTimeout(timer)
      this.#response.off('drain', done)
      this.#response.off('close', done)
      resolve()
    }
    this.#response.once('drain', done)
    this.#response.once('close', done)
    return promise
  }
}
