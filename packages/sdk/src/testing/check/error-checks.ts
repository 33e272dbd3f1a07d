import type { WireEvent } from '../../dialect.ts'
import { show } from './difference.ts'
import { junkTexts } from './junk.ts'
import { tells } from './meanings.ts'
import { readStream, readWhole } from './outcome.ts'
import { parseLeniently } from '../../json.ts'
import { placesIn } from './places.ts'
import { bytesOf } from './read-fixture.ts'
import type { FixtureCase, StreamCase, Subject, Variant } from './subject.ts'
import { each, first, prefix, type Task, type Verdict } from './verdict.ts'
import { errorFlaw } from './well-formed.ts'

/** A failure is told as a failure, wherever the vendor puts it; what is no reply is never taken for one. */
export function errorChecks(subject: Subject): readonly Task[] {
  const { fixtures, streams, variants } = subject
  const task = (name: string, judge: Task['judge']): Task => ({ group: 'errors', name, judge })
  return [
    task('error answers of every status (H01-H33)', () => judgeAnswers(subject)),
    task('an error inside the stream (H29, H31)', () => findSwallowed(streams)),
    task('an event that is no JSON (S11)', () => each(streams, stream => findSkipped(stream, streams.length))),
    task('what is no reply is taken for none (N34, N45)', () => each(variants, findEmptyReply)),
    task('a good answer is no error', () => each(fixtures, findFalseError))
  ]
}

const statuses = [
  200, 302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 422, 425, 429, 451, 498, 500, 501, 502, 503, 504, 505, 520, 524, 529
]

/** Answers of gateways and of vendors that one does not know. */
const strangeAnswers: readonly unknown[] = [
  '',
  'Bad Gateway',
  '<html><body>502</body></html>',
  null,
  [],
  [{}],
  {},
  0,
  true,
  ...[null, 'x', [], {}, { message: null }, { message: {}, code: [] }, { code: -1, message: '' }].map(error => ({ error })),
  { code: null, msg: null },
  { code: 'x', message: 7 },
  { errors: [null] },
  { detail: [{}] },
  { error: 'e', message: 'm'.repeat(100_000) }
]

const strangeHeaders = [{}, { 'retry-after': 'abc', 'x-request-id': '' }, { 'retry-after': '1e9', 'retry-after-ms': '-5' }]

function judgeAnswers({ variants, fixtures }: Subject): Verdict {
  const shown = fixtures.filter(({ status = 200 }) => status >= 400).map(answerOf)
  const wrong = each(variants, ({ dialect }) =>
    first([...shown, ...strangeAnswers], body =>
      first(statuses, status =>
        first(strangeHeaders, headers => {
          const error = dialect.decodeError?.(status, body, new Headers(headers))
          return prefix(`${status} with ${show(body)}`, error === undefined ? undefined : errorFlaw(error))
        })
      )
    )
  )
  if (wrong !== undefined || shown.length > 0) return wrong
  return { skipped: 'no fixture shows an error answer: add one with its status to conformance/replies' }
}

function answerOf(fixture: FixtureCase): unknown {
  const bytes = bytesOf(fixture)
  return bytes === undefined ? fixture.json : parseLeniently(new TextDecoder().decode(bytes))
}

/** The vendor's own error events, put into its good streams. One that a good stream has too (its end mark, too early) is none. */
function findSwallowed(streams: readonly StreamCase[]): Verdict {
  const good = streams.filter(({ outcome }) => outcome().reply !== undefined)
  const harmless = new Set(good.flatMap(({ wire }) => wire.map(({ data }) => data)))
  const told = streams.flatMap(({ wire, meanings, variant }) =>
    wire.filter(({ data }, index) => meanings()[index] === 'threw' && !harmless.has(data)).map(event => ({ event, variant }))
  )
  if (told.length === 0) return { skipped: 'no fixture shows an error inside a stream: add one to conformance/replies' }
  return each(good, ({ variant, wire }) =>
    first(
      told.filter(one => one.variant === variant),
      ({ event }) =>
        first(placesIn(wire.length, good.length * told.length), place => {
          const { reply, flaw } = readStream(variant.dialect, wire.toSpliced(place, 0, event))
          return prefix(`${show(event.data)} before event ${place + 1}`, flaw ?? (reply && 'the reply passes for complete'))
        })
    )
  )
}

/** An event that told something, broken: what it told is missing now. */
function findSkipped({ variant, wire, meanings, outcome }: StreamCase, streams: number): string | undefined {
  if (outcome().reply === undefined) return undefined
  const telling = placesIn(wire.length, streams).filter(index => tells(meanings()[index], 'text', 'reasoning', 'tool_call'))
  return first(telling, place => {
    const event = wire[place]
    if (event === undefined || typeof parseLeniently(event.data) !== 'object') return undefined
    const broken = [event.data.slice(0, Math.ceil(event.data.length / 2)), '<html></html>'].map((data): WireEvent => ({ ...event, data }))
    return first(broken, one => {
      const { reply, flaw } = readStream(variant.dialect, wire.with(place, one))
      return prefix(`event ${place + 1} is ${show(one.data)}`, flaw ?? (reply && 'the reply passes for complete'))
    })
  })
}

const noReplies: readonly unknown[] = [
  'OK',
  [{}],
  { code: 4101 },
  { code: 0 },
  { success: false },
  { error: {} },
  { error: null },
  { error: 'x' },
  { message: 'x' },
  { status: 'failed' },
  ...junkTexts.map(parseLeniently)
]

function findEmptyReply({ dialect }: Variant): string | undefined {
  if (dialect.decode === undefined) return undefined
  return first(noReplies, body => {
    const { reply, flaw, next = [] } = readWhole(dialect, body)
    if (flaw !== undefined) return prefix(show(body), flaw)
    if (reply !== undefined) return prefix(show(body), 'it is taken for a complete reply')
    return next.length > 0 ? prefix(show(body), 'it asks for more') : undefined
  })
}

/** `decodeError` is also asked about bodies with status 200; it must not see a failure in a good one. */
function findFalseError({ variant: { dialect }, expect, json, further = [], status = 200, outcome }: FixtureCase): string | undefined {
  if (expect.errorKind !== undefined || outcome().reply === undefined || json === undefined) return undefined
  const error = [json, ...further].map(body => dialect.decodeError?.(status, body, new Headers())).find(found => found !== undefined)
  return error && `decodeError takes it for ${show(error.kind)}`
}
