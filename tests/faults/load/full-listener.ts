import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface FullListener extends AsyncDisposable {
  readonly url: string
  /** Connections to it that are being made now, by the kernel's own list. */
  connecting(): number
}

/** A port whose queue of connections is full: whoever comes next waits for an answer to its first packet. Linux only. */
export async function fullListener(): Promise<FullListener> {
  const child = fork(import.meta.filename, ['serve'], { execArgv: [] })
  const port = await new Promise<number>(resolve => child.once('message', message => resolve(message as number)))
  const queued: Socket[] = []
  while (await isQueued(port, queued));
  return {
    url: `http://127.0.0.1:${port}`,
    connecting: () => countConnecting(port),
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy()
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill()
      await gone
    }
  }
}

/** Adds a connection to the queue; false when there was no room. */
async function isQueued(port: number, queued: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  const connected = new Promise<boolean>(resolve => socket.once('connect', () => resolve(true)))
  const fits = await Promise.race([connected, sleep(200, false)])
  if (fits) queued.push(socket)
  else socket.destroy()
  return fits
}

const synSent = '02'

function countConnecting(port: number): number {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  return rows.filter(row => {
    const [, , to = '', state] = row.trim().split(/\s+/)
    return to.endsWith(remote) && state === synSent
  }).length
}

/** Node accepts whenever it can, so it must not be able to: it is blocked until it is killed, or for a minute. */
function serve(): void {
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    process.send?.((server.address() as AddressInfo).port, () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
      process.exit()
    })
  })
}

if (process.argv[2] === 'serve') serve()
