import type { WireEvent } from '../dialect.ts'
import type { Socket } from 'node:net'
import { headers as sendHeaders, wait, write } from './steps.ts'

/** What a step works on: one answer on one connection. */
export interface Connection {
  readonly socket: Socket
  /** The connection is gone; nothing can be written any more. */
  readonly closed: boolean
  /** Sends status and headers now; otherwise they go out with the first bytes of the body. */
  head(): void
  /** Writes body bytes; before `end` inside the answer, after it on the bare connection. The promise, if any, is back-pressure. */
  write(bytes: string | Uint8Array): Promise<void> | undefined
  /** Ends the answer properly. The connection stays open for the next one. */
  end(): void
  /** Ends the connection: `fin` after what was written, `rst` at once. */
  close(how: 'fin' | 'rst'): void
  /** Resolves after `ms`, or when the connection is gone. `Infinity`: only then. */
  wait(ms: number): Promise<void>
}

/** One thing a service does while it answers. Write your own where these are not enough. */
export type Step = (connection: Connection) => Promise<void> | void | undefined

/** A scripted answer. It ends properly behind its last step, unless a step cut, reset or ended it. */
export interface Answer {
  /** Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** The steps write to the bare connection, status line and headers included; it is closed behind the last one. */
  readonly raw?: boolean
  readonly steps: readonly Step[]
}

export interface AnswerOptions {
  /** Default: 200. */
  readonly status?: number
  /** Win over the ones the answer would have. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

export interface SseOptions extends AnswerOptions {
  /** Default: `\n`. */
  readonly eol?: '\n' | '\r\n' | '\r'
  /** The last event's data. Default: `[DONE]`; `false`: none. */
  readonly done?: string | false
  /** Pause before each event. Default: none. */
  readonly delayMs?: number
  /** Cut the bytes into pieces of this size and send them one by one. Default: one piece for each event. */
  readonly chunkBytes?: number
}

/** Answers with a JSON value. */
export function json(value: unknown, options: AnswerOptions = {}): Answer {
  return body(JSON.stringify(value), 'application/json', options)
}

/** Answers with a text, or bytes, whatever they claim to be. */
export function text(content: string | Uint8Array, options: AnswerOptions = {}): Answer {
  return body(content, 'text/plain; charset=utf-8', options)
}

/** Answers with a stream of server-sent events. A string is the event's data, an object is sent as JSON, a step happens between events. */
export function sse(events: readonly (string | object | WireEvent | Step)[], options: SseOptions = {}): Answer {
  const { eol = '\n', done = '[DONE]', delayMs = 0, chunkBytes } = options
  const send = (event: string): Step[] => [
    ...(delayMs > 0 ? [wait(delayMs)] : []),
    ...(chunkBytes === undefined ? [write(event)] : pieces(event, chunkBytes))
  ]
  const items = done === false ? events : [...events, done]
  return {
    ...(options.status !== undefined && { status: options.status }),
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...options.headers },
    steps: [sendHeaders, ...items.flatMap(item => (isStep(item) ? [item] : send(formatEvent(item, eol))))]
  }
}

/** Takes the connection over: what is given goes onto the wire as it is. */
export function raw(...parts: readonly (string | Uint8Array | Step)[]): Answer {
  return { raw: true, steps: parts.map(part => (isStep(part) ? part : write(part))) }
}

/** One event as it goes over the wire. */
export function formatEvent(event: string | object | WireEvent, eol: '\n' | '\r\n' | '\r' = '\n'): string {
  const { event: name, data } = typeof event === 'string' ? { data: event } : isWireEvent(event) ? event : { data: JSON.stringify(event) }
  const lines = data.split(/\r\n|\r|\n/).map(line => `data: ${line}${eol}`)
  return `${name === undefined ? '' : `event: ${name}${eol}`}${lines.join('')}${eol}`
}

function isStep(value: unknown): value is Step {
  return typeof value === 'function'
}

/** An object of nothing but `data` text and an `event` name; any other object is a payload. */
function isWireEvent(value: object): value is WireEvent {
  return 'data' in value && typeof value.data === 'string' && Object.keys(value).every(key => key === 'data' || key === 'event')
}

function body(content: string | Uint8Array, type: string, options: AnswerOptions): Answer {
  const length = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength
  return {
    ...(options.status !== undefined && { status: options.status }),
    headers: { 'content-type': type, 'content-length': String(length), ...options.headers },
    steps: [write(content)]
  }
}

function pieces(content: string, size: number): Step[] {
  const bytes = Buffer.from(content)
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)).flatMap(piece => [
    write(piece),
    wait(0)
  ])
}
