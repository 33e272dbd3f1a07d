import { createServer, type Socket } from 'node:net'
import { listen } from './listen.ts'

export interface RawService extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, although nothing here speaks HTTP by itself. */
  readonly url: string
  readonly port: number
  /** Connections that were ever made. */
  connections(): number
  openSockets(): number
  close(): Promise<void>
}

/** A bare TCP server on loopback. `index` counts connections from 0; errors of a socket are ignored. */
export async function rawService(onConnection: (socket: Socket, index: number) => void): Promise<RawService> {
  let made = 0
  const server = createServer(socket => {
    socket.on('error', () => {})
    onConnection(socket, made++)
  })
  const listening = await listen(server)
  return {
    url: `http://${listening.address}`,
    port: listening.port,
    connections: () => made,
    openSockets: () => listening.sockets.size,
    close: () => listening.close(),
    [Symbol.asyncDispose]: () => listening.close()
  }
}
