import type { WireEvent } from '../../dialect.ts'
import { formatEvent } from '../answer.ts'
import { ServerSentEventReader } from '../sse-reader.ts'
import { difference } from './difference.ts'
import { readStream } from './outcome.ts'
import { isObject, parseLeniently } from '../../json.ts'
import { sense } from './sense.ts'
import type { StreamCase, Subject } from './subject.ts'
import { each, first, prefix, type Task } from './verdict.ts'

/** The same reply in another framing, or with more in it than is known, is the same reply. */
export function streamChecks({ streams }: Subject): readonly Task[] {
  if (streams.length === 0) return []
  const task = (name: string, judge: (stream: StreamCase) => string | undefined): Task => ({
    group: 'stream',
    name,
    judge: () => each(streams, judge)
  })
  return [
    task('other line ends, comments, ids, a byte order mark, single bytes (S01-S08)', stream => {
      const text = stream.wire.map(event => formatEvent(event)).join('')
      return first(Object.entries(framings), ([name, rewrite]) =>
        prefix(name, findChange(stream, readInPieces(rewrite(text), streams.length)))
      )
    }),
    task('JSON over several lines (S06)', stream => findChange(stream, stream.wire.map(spread))),
    task('unknown events in between (S07)', stream =>
      findChange(
        stream,
        stream.wire.flatMap(event => [unknownEvent, event])
      )
    ),
    task('unknown fields in every object (H32)', stream => findChange(stream, stream.wire.map(addUnknown), withoutUnknown))
  ]
}

function findChange(
  { variant, outcome }: StreamCase,
  wire: readonly WireEvent[],
  treat = (value: unknown): unknown => value
): string | undefined {
  return difference(treat(sense(readStream(variant.dialect, wire))), treat(sense(outcome())))
}

/** Other ways to write the same events. */
const framings: Readonly<Record<string, (text: string) => string>> = {
  'one byte at a time': text => text,
  'lines that end with CRLF': text => text.replaceAll('\n', '\r\n'),
  'lines that end with CR': text => text.replaceAll('\n', '\r'),
  'a byte order mark': text => `\uFEFF${text}`,
  'no blank behind the colon': text => text.replaceAll(/^(data|event): (?! )/gm, '$1:'),
  'comments and blank lines': text => text.replaceAll(/^data/gm, ': ping\ndata').replaceAll('\n\n', '\n\n\n: ping\n\n'),
  'ids and unknown fields': text => text.replaceAll(/^data/gm, 'id: 7\nretry: 10\nx-unknown: 1\ndata')
}

/** So many reads of one byte each; what is longer comes in larger pieces. */
const mostPieces = 100_000

function readInPieces(text: string, streams: number): readonly WireEvent[] {
  const reader = new ServerSentEventReader()
  const bytes = Buffer.from(text)
  const size = Math.ceil((bytes.length * streams) / mostPieces)
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, index) => reader.push(bytes.subarray(index * size, (index + 1) * size))).flat()
}

const unknownEvent: WireEvent = { event: 'resoftai_unknown', data: '{}' }

function spread(event: WireEvent): WireEvent {
  const value = parseLeniently(event.data)
  return isObject(value) ? { ...event, data: JSON.stringify(value, undefined, 1) } : event
}

const unknown = 'resoftai_unknown'

function addUnknown(event: WireEvent): WireEvent {
  const value = parseLeniently(event.data)
  if (!isObject(value)) return event
  const add = (_key: string, part: unknown): unknown => (isObject(part) && part !== more ? { ...part, [unknown]: more } : part)
  return { ...event, data: JSON.stringify(value, add) }
}

const more = { a: [1, null] }

/** Arguments of a tool are an object that is handed on as it is. */
function withoutUnknown(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('{')) {
    const inner = parseLeniently(value)
    return inner === value ? value : JSON.stringify(withoutUnknown(inner))
  }
  if (Array.isArray(value)) return value.map(withoutUnknown)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (key === unknown ? [] : [[key, withoutUnknown(part)]])))
}
