import type { Readable } from 'node:stream'
import { errorCodes } from 'fastify'

type Done = (error: Error | null, bytes?: Buffer) => void

/** A request body. The server's own limit cannot change while it serves, so that of `mostBytes` is kept here. */
export function readBody(payload: Readable, declaredBytes: number, mostBytes: number, done: Done): void {
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
  const onEnd = () => end(null, pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, bytes))
  const onError = (error: Error) => end(Object.assign(error, { statusCode: 400 }))
  payload.on('data', onData).once('end', onEnd).once('error', onError)
}
