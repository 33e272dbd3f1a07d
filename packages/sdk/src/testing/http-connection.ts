import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Answer, Connection } from './answer.ts'

/** One answer being given over `node:http`; past its end, or for a raw answer, over the bare socket. */
export class HttpConnection implements Connection {
  readonly socket: Socket
  readonly #response: ServerResponse
  readonly #answer: Answer
  readonly #waiting = new Set<() => void>()
  #closed = false
  /** The answer was given as the script wanted: ended, cut or reset by us. */
  ended = false

  constructor(socket: Socket, response: ServerResponse, answer: Answer) {
    this.socket = socket
    this.#response = response
    this.#answer = answer
  }

  get closed(): boolean {
    return this.#closed || this.socket.destroyed
  }

  head(): void {
    if (this.#isBare || this.#response.headersSent) return
    this.#writeHead()
    this.#response.flushHeaders()
  }

  write(bytes: string | Uint8Array): Promise<void> | undefined {
    if (this.closed) return undefined
    const bare = this.#isBare
    if (!bare && !this.#response.headersSent) this.#writeHead()
    const roomLeft = bare ? this.socket.write(bytes) : this.#response.write(bytes)
    return roomLeft ? undefined : this.#untilDrained(bare ? this.socket : this.#response)
  }

  end(): void {
    if (this.ended) return
    if (this.#answer.raw === true) return this.close('fin')
    this.ended = true
    if (!this.#response.headersSent) this.#writeHead()
    this.#response.end()
  }

  close(how: 'fin' | 'rst'): void {
    this.ended = true
    this.#closed = true
    if (how === 'rst') this.socket.resetAndDestroy()
    // What was written in this turn is still on its way to the socket.
    else setImmediate(() => this.socket.destroySoon())
  }

  wait(ms: number): Promise<void> {
    if (this.closed) return Promise.resolve()
    return new Promise(resolve => {
      const timer = Number.isFinite(ms) ? setTimeout(() => wake(), ms) : undefined
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      this.#waiting.add(wake)
    })
  }

  /** The socket is gone: every wait is over. */
  wake(): void {
    this.#closed = true
    for (const wake of this.#waiting) wake()
  }

  get #isBare(): boolean {
    return this.#answer.raw === true || this.ended
  }

  #writeHead(): void {
    for (const [name, value] of Object.entries(this.#answer.headers ?? {})) this.#response.setHeader(name, value)
    this.#response.writeHead(this.#answer.status ?? 200)
  }

  #untilDrained(stream: Socket | ServerResponse): Promise<void> {
    return new Promise(resolve => {
      const wake = (): void => {
        stream.off('drain', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      stream.once('drain', wake)
      this.#waiting.add(wake)
    })
  }
}
