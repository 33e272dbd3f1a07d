import { request, type Agent, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'

interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Status codes of 1xx answers that came before. */
  readonly interim: readonly number[]
  readonly body: string
  /** False when the connection ended before the answer did. */
  readonly complete: boolean
}

interface Question {
  readonly body?: string
  readonly headers?: Record<string, string | string[]>
  readonly agent?: Agent
}

/** Asks with `node:http`, on a connection of its own unless an agent is given. Rejects when no answer began. */
export function ask(url: string, { body, headers = {}, agent }: Question = {}): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const interim: number[] = []
    let begun = false
    const outgoing = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: agent ?? false }, response => {
      begun = true
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => {})
      response.on('close', () => {
        const { statusCode: status = 0, complete } = response
        resolve({ status, headers: response.headers, interim, body: Buffer.concat(chunks).toString(), complete })
      })
    })
    outgoing.on('information', ({ statusCode }) => interim.push(statusCode))
    // Once an answer began, a broken connection is told by `complete`.
    outgoing.on('error', error => begun || reject(error))
    outgoing.end(body)
  })
}

interface Bytes {
  readonly text: string
  /** How the other side ended it. */
  readonly end: 'fin' | 'rst'
}

/** Sends bytes over a bare connection, and hears all that comes back until the other side ends it. */
export function talk(url: string, sent = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'): Promise<Bytes> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let end: Bytes['end'] = 'fin'
    const socket = connect(Number(port), hostname, () => socket.write(sent))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => (end = 'rst'))
    socket.on('close', () => resolve({ text: Buffer.concat(chunks).toString(), end }))
  })
}

export const keptOpen = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'
