import type { Server, Socket } from 'node:net'

export interface Listening {
  /** `host:port`. */
  readonly address: string
  readonly port: number
  /** Open now. */
  readonly sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

/** Starts a server on loopback and knows its connections, so that closing it closes all of them. */
export async function listen(server: Server, options: { readonly port?: number; readonly host?: string } = {}): Promise<Listening> {
  const { port = 0, host = '127.0.0.1' } = options
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  let closing: Promise<void> | undefined
  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    sockets,
    close() {
      closing ??= new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
        // A server may be told of its end before a socket is.
        sockets.clear()
      })
      return closing
    }
  }
}
