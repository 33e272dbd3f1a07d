import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { errorCodes } from 'fastify'

type Done = (error: Error | null, bytes?: Buffer) => void

/** A request body. The server's own limit cannot change while it serves, so that of `mostBytes` is kept here. */
export function readBody(payload: IncomingMessage, declaredBytes: number, mostBytes: number, done: Done): void {
  if (declaredBytes > mostBytes) return done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE())
  const pieces: Buffer[] = []
  let bytes = 0
  const end: Done = (error, whole) => {
    payload.off('data', onData).off('end', onEnd).off('error', onError)
    done(error, whole)
  }
  const onData = (piece: Buffer) => {
    bytes += piece.length
    if (bytes > mostBytes) end(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE())
    else pieces.push(piece)
  }
  const onEnd = () => end(null, pieces.length === 1 ? pieces[0] : join(pieces, bytes, payload.socket instanceof Socket))
  const onError = (error: Error) => end(Object.assign(error, { statusCode: 400 }))
  payload.on('data', onData).once('end', onEnd).once('error', onError)
}

/** Pieces that are `ours` are given back now: until they were collected they would count as memory in use, for which the whole heap is searched. */
function join(pieces: readonly Buffer[], bytes: number, ours: boolean): Buffer {
  const whole = Buffer.concat(pieces, bytes)
  for (const { buffer, byteLength } of ours ? pieces : []) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
  }
  return whole
}
