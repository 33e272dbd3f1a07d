import type { IncomingMessage } from 'node:http'

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Names in lower case; a header that came twice is joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: string
  /** The body as JSON. Throws when it is none. */
  readonly json: unknown
  /** Which connection it came on; the first is 0. */
  readonly socket: number
  /** Settles when the answer is over: true when the other side closed the connection before it was. */
  readonly closedEarly: Promise<boolean>
}

/** A received request, and the end of its answer for whoever gives it. */
export class Received implements ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly socket: number
  readonly closedEarly: Promise<boolean>
  settle: (closedEarly: boolean) => void = () => {}
  #headers: Record<string, string> | undefined
  #json: { readonly value: unknown } | undefined

  constructor(incoming: IncomingMessage, body: string, socket: number) {
    this.method = incoming.method ?? ''
    this.path = incoming.url ?? ''
    this.rawHeaders = incoming.rawHeaders
    this.body = body
    this.socket = socket
    this.closedEarly = new Promise(resolve => {
      this.settle = resolve
    })
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    return (this.#headers ??= joinHeaders(this.rawHeaders))
  }

  get json(): unknown {
    this.#json ??= { value: JSON.parse(this.body) as unknown }
    return this.#json.value
  }
}

function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const joined = new Map<string, string>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase()
    const known = joined.get(name)
    joined.set(name, known === undefined ? String(rawHeaders[index + 1]) : `${known}, ${rawHeaders[index + 1]}`)
  }
  return Object.fromEntries(joined)
}
