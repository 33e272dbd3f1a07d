import type { Dialect } from '../../dialect.ts'
import { readServerSentEvents } from '../sse-reader.ts'
import { readStream, readWhole, type Outcome } from './outcome.ts'
import { isObject, parseLeniently } from '../../json.ts'
import type { Fixture } from './types.ts'

/** What a host would make of the answer. */
export function readFixture(dialect: Dialect, fixture: Fixture): Outcome {
  const { status = 200, headers = {}, json, further } = fixture
  const bytes = bytesOf(fixture)
  const text = bytes && new TextDecoder().decode(bytes)
  if (status >= 400) {
    const error = dialect.decodeError?.(status, text === undefined ? json : parseLeniently(text), new Headers(headers))
    return error === undefined ? { events: [] } : { events: [], error }
  }
  return bytes === undefined || text === undefined ? readWhole(dialect, json, further, status) : readBytes(dialect, bytes, text)
}

export function bytesOf({ body }: Fixture): Uint8Array | undefined {
  return typeof body === 'string' ? Buffer.from(body) : body
}

/** Some vendors put a bare JSON error into a stream, or answer with JSON although a stream was asked for (WIRE.md 1.1). */
function readBytes(dialect: Dialect, bytes: Uint8Array, text: string): Outcome {
  const wire = readServerSentEvents(bytes)
  const outcome = readStream(dialect, wire)
  if (outcome.error?.kind !== 'truncated') return outcome
  const value = bareJson(text)
  if (!isObject(value)) return outcome
  if (wire.length === 0) return readWhole(dialect, value)
  const error = dialect.decodeError?.(200, value, new Headers())
  return error === undefined ? outcome : { ...outcome, error }
}

/** Behind the last event, from the first line that begins like JSON. */
function bareJson(text: string): unknown {
  const lines = text.split(/\r\n|\r|\n/)
  const rest = lines.slice(lines.findLastIndex(line => line.startsWith('data')) + 1)
  const start = rest.findIndex(line => /^[ \t]*[{[]/.test(line))
  return start === -1 ? undefined : parseLeniently(rest.slice(start).join('\n'))
}
