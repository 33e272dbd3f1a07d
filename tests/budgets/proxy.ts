import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** Breaks all connections; new ones are broken at once. */
  cut(): void
  mend(): void
  /** The next request that has this word in it arrives, and its connection breaks before an answer comes back. */
  loseAnswerTo(word: string): void
}

/** A way to a server that can be cut. */
export async function openProxy(port: number, hostname: string): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let isCut = false
  let lost: string | undefined
  const know = (socket: Socket) => {
    sockets.add(socket)
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const server = createServer(socket => {
    know(socket)
    if (isCut) return void socket.resetAndDestroy()
    const far = know(connect(port, hostname))
    socket.pipe(far).pipe(socket)
    socket.on('data', chunk => {
      if (lost === undefined || !chunk.includes(lost)) return
      lost = undefined
      far.unpipe(socket)
      far.once('data', () => socket.resetAndDestroy()).resume()
    })
    socket.on('close', () => far.destroy())
    far.on('close', () => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => (isCut = false),
    loseAnswerTo: word => (lost = word),
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      cut()
      await closed
    }
  }
}
