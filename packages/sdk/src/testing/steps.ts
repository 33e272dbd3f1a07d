import type { Connection, Step } from './answer.ts'

/** Writes a text or bytes. */
export function write(bytes: string | Uint8Array): Step {
  return connection => connection.write(bytes)
}

/** Does nothing for so many milliseconds. Before the first write nothing was sent yet, not even the status. */
export function wait(ms: number): Step {
  return connection => connection.wait(ms)
}

/** Sends status and headers now. */
export const headers: Step = connection => connection.head()

/** Sends a 1xx answer before the real one. */
export function interim(status: number, fields: Readonly<Record<string, string>> = {}): Step {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return ({ socket }) => void socket.write(`HTTP/1.1 ${status} Interim\r\n${lines.join('')}\r\n`)
}

/** Never again sends anything; ends when the other side closes the connection, or the service is closed. */
export const stall: Step = connection => connection.wait(Infinity)

/** Closes the connection in the middle (FIN), without a proper end of the body. */
export const cut: Step = connection => connection.close('fin')

/** Breaks the connection (RST). What was written just before may be lost with it: put a `wait` between when it must arrive. */
export const reset: Step = connection => connection.close('rst')

/** Ends the answer properly. Steps behind it act on the idle connection: `end, wait(50), cut` is a server that drops it, `end, write('x')` sends junk. */
export const end: Step = connection => connection.end()

/** Keep-alive comments (`: ping`), for ever or so many times. */
export function comments(everyMs: number, times = Infinity, comment = ': ping\n\n'): Step {
  return repeat(comment, times, everyMs)
}

/** One byte every so many milliseconds. */
export function trickle(bytes: string | Uint8Array, everyMs: number): Step {
  return async connection => {
    for (const byte of Buffer.from(bytes)) {
      if (connection.closed) return
      await connection.write(Uint8Array.of(byte))
      await connection.wait(everyMs)
    }
  }
}

/** The same bytes again and again, as fast as the other side reads, without holding more than one piece: an endless line, a body of a gigabyte. */
export function flood(bytes: string | Uint8Array, times = Infinity): Step {
  return repeat(bytes, times, undefined)
}

function repeat(bytes: string | Uint8Array, times: number, everyMs: number | undefined): Step {
  return async (connection: Connection) => {
    for (let count = 0; count < times && !connection.closed; count++) {
      await connection.write(bytes)
      if (everyMs !== undefined) await connection.wait(everyMs)
    }
  }
}
