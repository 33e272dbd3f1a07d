import { createServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text, type Answer } from './answer.ts'
import { HttpConnection } from './http-connection.ts'
import { listen } from './listen.ts'
import { Received, type ReceivedRequest } from './received-request.ts'

/** One answer for every request, answers in order of which the last repeats, or a function of the request. */
export type Respond = Answer | readonly Answer[] | ((request: ReceivedRequest) => Answer | Promise<Answer>)

export interface FakeServiceOptions {
  /** Default: any free one. */
  readonly port?: number
  /** Default: 127.0.0.1. */
  readonly host?: string
  /** How many of the last requests are kept in `requests`. Default: all. */
  readonly keepRequests?: number
}

export interface FakeService extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string
  /** In the order in which their bodies were complete. */
  readonly requests: readonly ReceivedRequest[]
  /** Resolves when so many requests have arrived, with the last of them; never when `keepRequests` has dropped it. */
  received(count: number): Promise<ReceivedRequest>
  /** Connections that are open now. */
  openSockets(): number
  /** Destroys every connection and stops. */
  close(): Promise<void>
}

/** One connection, and what to do when it is gone. */
interface Peer {
  readonly number: number
  readonly lost: Set<() => void>
}

/** A local HTTP service that answers as scripted, however wrong that is. */
export async function fakeService(respond: Respond, options: FakeServiceOptions = {}): Promise<FakeService> {
  const answerTo = responder(respond)
  const { keepRequests = Infinity } = options
  const requests: ReceivedRequest[] = []
  const arrivals = new Set<() => void>()
  let arrived = 0
  const peers = new Map<Socket, Peer>()
  let sockets = 0

  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const peer = peers.get(incoming.socket)
      if (peer === undefined) return
      const request = new Received(incoming, Buffer.concat(chunks).toString(), peer.number)
      arrived++
      if (keepRequests > 0) requests.push(request)
      if (requests.length > keepRequests) requests.shift()
      for (const arrival of arrivals) arrival()
      void answer(request, response, incoming.socket, peer)
    })
  })
  server.on('connection', socket => {
    const peer: Peer = { number: sockets++, lost: new Set() }
    peers.set(socket, peer)
    socket.on('error', () => {})
    socket.on('close', () => {
      peers.delete(socket)
      for (const lost of peer.lost) lost()
    })
  })

  async function answer(request: Received, response: ServerResponse, socket: Socket, peer: Peer): Promise<void> {
    let connection: HttpConnection | undefined
    const lost = (): void => {
      request.settle(connection?.ended !== true)
      connection?.wake()
    }
    peer.lost.add(lost)
    try {
      const script = await answerTo(request)
      if (socket.destroyed) return
      connection = new HttpConnection(socket, response, script)
      await play(script, connection, request)
    } catch (error) {
      request.settle(false)
      await tell(error, socket, response)
    } finally {
      peer.lost.delete(lost)
      request.settle(connection?.ended !== true)
    }
  }

  const listening = await listen(server, options)
  return {
    url: `http://${listening.address}`,
    requests,
    received(count) {
      return new Promise(resolve => {
        const look = (): void => {
          const request = requests[requests.length - 1 - (arrived - count)]
          if (arrived < count || request === undefined) return
          arrivals.delete(look)
          resolve(request)
        }
        arrivals.add(look)
        look()
      })
    },
    openSockets: () => listening.sockets.size,
    close: () => listening.close(),
    [Symbol.asyncDispose]: () => listening.close()
  }
}

async function play(script: Answer, connection: HttpConnection, request?: Received): Promise<void> {
  for (const step of script.steps) {
    if (connection.closed) return
    const pending = step(connection)
    if (connection.ended) request?.settle(false)
    if (pending !== undefined) await pending
  }
  if (!connection.closed) connection.end()
}

/** A mistake in the script is told to whoever asks, as a 500. */
async function tell(error: unknown, socket: Socket, response: ServerResponse): Promise<void> {
  if (response.headersSent) return void socket.resetAndDestroy()
  const script = text(`The script of the fake service failed: ${String(error)}`, { status: 500 })
  await play(script, new HttpConnection(socket, response, script))
}

function responder(respond: Respond): (request: ReceivedRequest) => Answer | Promise<Answer> {
  if (typeof respond === 'function') return respond
  const answers = 'steps' in respond ? [respond] : respond
  let next = 0
  return () => {
    const answer = answers[Math.min(next++, answers.length - 1)]
    if (answer === undefined) throw new TypeError('an empty list of answers')
    return answer
  }
}
