import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A line to a server that can be cut, held and mended. */
export interface Proxy {
  readonly port: number
  /** Ends what is connected and refuses what comes, until it is mended. */
  cut(): void
  /** Ends what is connected; new connections are made as before. */
  drop(): void
  /** Lets nothing through and ends nothing. */
  hold(): void
  mend(): void
  close(): Promise<void>
}

export async function startProxy(host: string, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'held' = 'open'
  const server = createServer(near => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(port, host)
    for (const socket of [near, far]) {
      sockets.add(socket.setNoDelay())
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    near.on('data', bytes => state === 'open' && far.write(bytes)).on('close', () => far.destroy())
    far.on('data', bytes => state === 'open' && near.write(bytes)).on('close', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      drop()
    },
    drop,
    hold() {
      state = 'held'
    },
    mend() {
      state = 'open'
    },
    async close() {
      drop()
      server.close()
      await once(server, 'close')
    }
  }
}
