import type { Dialect, WireEvent } from '../../dialect.ts'
import { isProviderError } from '../../error.ts'
import type { ChatEvent } from '../../event.ts'
import type { ChatReply } from '../../reply.ts'
import { readServerSentEvents, ServerSentEventReader } from '../sse-reader.ts'
import { difference, isPlain, show } from './difference.ts'
import { first, prefix } from './encode-checks.ts'
import { readStream, readWhole, type Outcome } from './outcome.ts'
import type { CheckOptions, Fixture, Judge, Pair } from './types.ts'

/** What comes back is read as promised, wherever the bytes are cut, and is never taken for complete before it is. */
export function fixtureChecks(dialect: Dialect, { fixtures = [], pairs = [] }: CheckOptions): [string, Judge][] {
  const streams = fixtures.filter(isStream)
  return [
    ...fixtures.map((fixture): [string, Judge] => [`fixture ${fixture.name}`, () => matchFixture(dialect, fixture)]),
    ...streams.map((fixture): [string, Judge] => [`split ${fixture.name}`, () => matchSplits(dialect, fixture)]),
    ...streams.map((fixture): [string, Judge] => [`prefix ${fixture.name}`, () => findEarlyFinish(dialect, fixture)]),
    ...streams.map((fixture): [string, Judge] => [`one finish ${fixture.name}`, () => findSecondFinish(dialect, fixture)]),
    ...pairs.map((pair): [string, Judge] => [`pair ${pair.whole} = ${pair.stream}`, () => matchPair(dialect, fixtures, pair)]),
    ['each stream has its own decoder', () => first(streams, fixture => prefix(fixture.name, findSharedState(dialect, fixture)))],
    [
      'decode is pure',
      () => first(fixtures, fixture => prefix(fixture.name, difference(summary(read(dialect, fixture)), summary(read(dialect, fixture)))))
    ],
    ['a good answer is no error', () => first(fixtures, fixture => prefix(fixture.name, findFalseError(dialect, fixture)))]
  ]
}

type StreamFixture = Fixture & { readonly body: string | Uint8Array }

export function isStream(fixture: Fixture): fixture is StreamFixture {
  return fixture.body !== undefined && (fixture.status ?? 200) < 400
}

export function bytesOf({ body }: StreamFixture): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body
}

function read(dialect: Dialect, fixture: Fixture): Outcome {
  const { status = 200 } = fixture
  if (status >= 400) {
    const error = dialect.decodeError?.(status, errorBody(fixture), new Headers())
    return error === undefined ? { events: [] } : { events: [], error }
  }
  if (isStream(fixture)) return readStream(dialect, readServerSentEvents(bytesOf(fixture)))
  if (dialect.decode === undefined) return { events: [], flaw: 'the dialect cannot read a whole reply' }
  const error = isPlain(fixture.json) ? dialect.decodeError?.(status, fixture.json, new Headers()) : undefined
  return error === undefined ? readWhole(dialect, fixture.json) : { events: [], error }
}

/** As a host gives it: parsed JSON, else text. */
function errorBody({ body, json }: Fixture): unknown {
  if (body === undefined) return json
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function matchFixture(dialect: Dialect, fixture: Fixture): string | undefined {
  const { expect } = fixture
  const { reply, error, flaw } = read(dialect, fixture)
  if (flaw !== undefined) return flaw
  if (expect.errorKind !== undefined) {
    if (error !== undefined && !isProviderError(error)) return `decodeError gave ${show(error)}, which is no ProviderError`
    return difference(error?.kind, expect.errorKind, 'errorKind')
  }
  if (reply === undefined) return error === undefined ? 'no reply and no error' : `it failed with ${error.kind}: ${error.message}`
  return compareReply(reply, expect)
}

function compareReply(reply: ChatReply, expect: Fixture['expect']): string | undefined {
  const { content, reasoning, finishReason, usage, toolCalls } = expect
  const calls = toolCalls?.map((call, index) => (reply.toolCalls[index] === undefined ? call : { ...reply.toolCalls[index], ...call }))
  return (
    (content === undefined ? undefined : difference(reply.content, content, 'content')) ??
    (reasoning === undefined ? undefined : difference(reply.reasoning, reasoning, 'reasoning')) ??
    (calls === undefined ? undefined : difference(reply.toolCalls, calls, 'toolCalls')) ??
    (finishReason === undefined ? undefined : difference(reply.finishReason, finishReason, 'finishReason')) ??
    (usage === undefined ? undefined : difference(reply.usage, usage, 'usage'))
  )
}

/** Bytes that are read again for every place of a cut; larger fixtures are cut at fewer places, evenly spread. */
const mostBytes = 4_000_000

function matchSplits(dialect: Dialect, fixture: StreamFixture): string | undefined {
  const bytes = bytesOf(fixture)
  const whole = readServerSentEvents(bytes)
  const expected = summary(readStream(dialect, whole))
  const every = Math.max(1, Math.ceil((bytes.length * bytes.length) / mostBytes))
  const cuts = Array.from({ length: Math.floor(bytes.length / every) }, (_, index) => index * every)
  const singles = [...bytes].map(byte => Uint8Array.of(byte))
  return (
    prefix('byte by byte', matchEvents(dialect, readServerSentEvents(...singles), whole, expected)) ??
    first(cuts, cut =>
      prefix(`cut at byte ${cut}`, matchEvents(dialect, readServerSentEvents(bytes.subarray(0, cut), bytes.subarray(cut)), whole, expected))
    )
  )
}

/** The dialect is only asked again when the events differ. */
function matchEvents(dialect: Dialect, wire: WireEvent[], whole: WireEvent[], expected: unknown): string | undefined {
  return difference(wire, whole) === undefined ? undefined : difference(summary(readStream(dialect, wire)), expected)
}

/** A stream that is cut while content is still missing must not look complete. */
function findEarlyFinish(dialect: Dialect, fixture: StreamFixture): string | undefined {
  const bytes = bytesOf(fixture)
  const whole = readServerSentEvents(bytes)
  const complete = contentOf(readStream(dialect, whole).events)
  const isMissing = (wire: readonly WireEvent[]): boolean => {
    const { reply, events } = readStream(dialect, wire)
    return reply !== undefined && contentOf(events) !== complete
  }
  const shortest = whole.slice(0, countToFinish(dialect, whole))
  if (isMissing(shortest)) return `cut after event ${shortest.length} the reply passes for complete, although content is missing`
  const cut = oddTails(bytes, whole).find(({ wire }) => isMissing(wire))
  return cut && `cut after byte ${cut.length} the reply passes for complete, although content is missing`
}

/** Events up to the first that makes the reply pass for complete. */
function countToFinish(dialect: Dialect, whole: readonly WireEvent[]): number {
  const decode = dialect.streamDecoder()
  const index = whole.findIndex(event => {
    const { value } = attempt(() => {
      const meaning = decode(event)
      return meaning === 'done' || [...meaning].some(({ type }) => type === 'finish')
    })
    return value === true
  })
  return index === -1 ? whole.length : index + 1
}

/** Cuts inside an event after which what stands there can be read, and is not the event that would have come. */
function oddTails(bytes: Uint8Array, whole: readonly WireEvent[]): { readonly length: number; readonly wire: readonly WireEvent[] }[] {
  const reader = new ServerSentEventReader()
  let count = 0
  return [...bytes].flatMap((byte, index) => {
    count += reader.push(Uint8Array.of(byte)).length
    const tail = reader.tail()
    if (tail === undefined || difference(tail, whole[count]) === undefined) return []
    return [{ length: index + 1, wire: [...whole.slice(0, count), tail] }]
  })
}

function contentOf(events: readonly ChatEvent[]): string {
  const text = (type: 'text' | 'reasoning'): string => events.map(event => (event.type === type ? event.text : '')).join('')
  const calls = events
    .map(event => (event.type === 'tool_call' ? `${event.index}:${event.name ?? ''}:${event.arguments ?? ''}` : ''))
    .join('')
  return JSON.stringify([text('text'), text('reasoning'), calls])
}

function findSecondFinish(dialect: Dialect, fixture: StreamFixture): string | undefined {
  const { events, error } = readStream(dialect, readServerSentEvents(bytesOf(fixture)))
  const reasons = new Set(events.flatMap(event => (event.type === 'finish' && event.reason !== 'unknown' ? [event.reason] : [])))
  if (reasons.size > 1) return `it finished for ${reasons.size} reasons: ${[...reasons].join(', ')}`
  if (error === undefined) return undefined
  return error.kind === 'truncated' && fixture.expect.errorKind === undefined ? 'it never finished' : undefined
}

/** Two streams read by turns must not touch each other. */
function findSharedState(dialect: Dialect, fixture: StreamFixture): string | undefined {
  const wire = readServerSentEvents(bytesOf(fixture))
  const decoders = [dialect.streamDecoder(), dialect.streamDecoder()]
  const results = decoders.map((): unknown[] => [])
  const ended = new Set<number>()
  for (const event of wire) {
    for (const [index, decode] of decoders.entries()) {
      if (ended.has(index)) continue
      const meaning = attempt(() => {
        const found = decode(event)
        return found === 'done' ? found : [...found]
      })
      results[index]?.push(meaning.value)
      if (meaning.threw || meaning.value === 'done') ended.add(index)
    }
  }
  return difference(results[1], results[0])
}

function attempt(work: () => unknown): { readonly value: unknown; readonly threw: boolean } {
  try {
    return { value: work(), threw: false }
  } catch (error) {
    return { value: String(error), threw: true }
  }
}

function matchPair(dialect: Dialect, fixtures: readonly Fixture[], pair: Pair): string | undefined {
  const replies = [pair.stream, pair.whole].map(name => {
    const fixture = fixtures.find(one => one.name === name)
    return fixture === undefined ? undefined : read(dialect, fixture).reply
  })
  const [stream, whole] = replies.map(
    reply => reply && { content: reply.content, toolCalls: reply.toolCalls.map(({ name, arguments: text }) => ({ name, arguments: text })) }
  )
  if (stream === undefined || whole === undefined)
    return `there is no reply in the fixture ${stream === undefined ? pair.stream : pair.whole}`
  return difference(stream, whole)
}

/** `decodeError` is also asked about bodies with status 200; it must not see a failure in a good one. */
function findFalseError(dialect: Dialect, fixture: Fixture): string | undefined {
  if (fixture.expect.errorKind !== undefined || fixture.json === undefined) return undefined
  const error = dialect.decodeError?.(fixture.status ?? 200, fixture.json, new Headers())
  return error === undefined ? undefined : `decodeError takes it for ${show(error.kind)}`
}

/** All that a caller can see of an outcome. */
function summary({ events, reply, error, flaw }: Outcome): unknown {
  return { events, reply, error: error && `${error.kind}: ${error.message}`, flaw }
}
