import type { Socket } from 'node:net'

const start = Buffer.from('HTTP/1.1 1')
const emptyLine = '\r\n\r\n'
const longestHead = 16 * 1024
const nothing: Buffer = Buffer.alloc(0)

/**
 * Takes interim answers (`100 Continue`) out of what is read before an answer. A client has to put up with them (RFC 9110, section 15.2),
 * but undici drops the connection. Nothing is touched once the answer has begun. `onWrite` is called before bytes of a request are written.
 */
export function skipContinue(socket: Socket, onWrite: () => void): void {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null
  const write = socket.write.bind(socket)
  let waiting = false
  let held = nothing
  socket.write = ((...args: Parameters<Socket['write']>) => {
    waiting = true
    onWrite()
    return write(...args)
  }) as Socket['write']
  socket.read = (size?: number) => {
    for (let chunk; (chunk = read(size)) !== null;) {
      if (!waiting) return chunk
      held = dropInterim(held.length === 0 ? chunk : Buffer.concat([held, chunk]))
      if (mayBeInterim(held)) continue
      waiting = false
      const answer = held
      // Not an empty part of it, which would keep all of it as long as the connection lives.
      held = nothing
      return answer
    }
    return null
  }
}

function dropInterim(bytes: Buffer): Buffer {
  let rest = bytes
  while (rest.subarray(0, start.length).equals(start)) {
    const end = rest.indexOf(emptyLine)
    if (end === -1) break
    rest = rest.subarray(end + emptyLine.length)
  }
  return rest
}

/** Too little to tell, or the beginning of one. */
function mayBeInterim(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.length < longestHead && bytes.compare(start, 0, length, 0, length) === 0
}
