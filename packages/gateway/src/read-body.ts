import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { errorCodes } from 'fastify'

type Done = (error: Error | null, bytes?: Buffer) => void

/** Node reads so much at once: a body up to it comes in one piece mostly. */
const onePieceBytes = 65_536
/** Memory for more than this is taken when it is needed: a length is easily said. */
const mostAheadBytes = 4 * 2 ** 20

/** A request body. The server's own limit cannot change while it serves, so that of `mostBytes` is kept here. */
export function readBody(payload: IncomingMessage, declaredBytes: number, mostBytes: number, done: Done): void {
  if (declaredBytes > mostBytes) return done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE())
  const isOurs = payload.socket instanceof Socket
  const isPlaced = isOurs && declaredBytes > onePieceBytes && declaredBytes <= mostAheadBytes
  let whole: Buffer | undefined
  const pieces: Buffer[] = []
  let bytes = 0
  const end: Done = (error, body) => {
    payload.off('data', onData).off('end', onEnd).off('error', onError)
    done(error, body)
  }
  const onData = (piece: Buffer) => {
    const at = bytes
    bytes += piece.length
    if (bytes > mostBytes) return end(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE())
    if (!isPlaced) return void pieces.push(piece)
    // While it is at hand: to join them all at the end would fetch each from far.
    piece.copy((whole ??= Buffer.allocUnsafe(declaredBytes)), at)
    giveBack(piece)
  }
  const onEnd = () => {
    // What else is in it was never sent.
    if (whole !== undefined && bytes !== declaredBytes) return end(new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH())
    end(null, whole ?? (pieces.length === 1 ? pieces[0] : join(pieces, bytes, isOurs)))
  }
  const onError = (error: Error) => end(Object.assign(error, { statusCode: 400 }))
  payload.on('data', onData).once('end', onEnd).once('error', onError)
}

function join(pieces: readonly Buffer[], bytes: number, areOurs: boolean): Buffer {
  const whole = Buffer.concat(pieces, bytes)
  if (areOurs) pieces.forEach(giveBack)
  return whole
}

/** Now: until it was collected a piece would count as memory in use, for which the whole heap is searched. */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
