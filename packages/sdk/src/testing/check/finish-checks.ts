import type { WireEvent } from '../../dialect.ts'
import type { ChatEvent } from '../../event.ts'
import { ServerSentEventReader } from '../sse-reader.ts'
import { difference, show } from './difference.ts'
import { tells } from './meanings.ts'
import { readStream, type Outcome } from './outcome.ts'
import { isObject, parseLeniently } from '../../json.ts'
import { sense } from './sense.ts'
import type { StreamCase, Subject } from './subject.ts'
import { each, first, prefix, type Task } from './verdict.ts'

/** A reply is complete when the vendor says so: not before, not twice, and for no reason but the vendor's. */
export function finishChecks({ streams }: Subject): readonly Task[] {
  if (streams.length === 0) return []
  const task = (name: string, judge: (stream: StreamCase) => string | undefined): Task => ({
    group: 'finish',
    name,
    judge: () => each(streams, judge)
  })
  return [
    task('cut at every byte (N13, N14)', findEarlyFinish),
    task('one finish', findSecondFinish),
    task('no reason to finish is made up (N16, N17)', findMadeUpReason),
    task('the last event twice (S10)', findSpoiledByRepeat),
    task('junk after the end (S10)', findSpoiledByJunk)
  ]
}

/** A stream that is cut while content is still missing must not look complete. */
function findEarlyFinish({ variant: { dialect }, wire, bytes, outcome, meanings }: StreamCase): string | undefined {
  const complete = contentOf(outcome())
  const isMissing = (part: readonly WireEvent[]): boolean => {
    const cut = readStream(dialect, part)
    return cut.reply !== undefined && contentOf(cut) !== complete
  }
  // Before this event no cut has a finish, and behind it there is only more of the reply.
  const end = meanings().findIndex(meaning => meaning === 'done' || tells(meaning, 'finish'))
  if (end !== -1 && isMissing(wire.slice(0, end + 1)))
    return `cut after event ${end + 1} the reply passes for complete, although content is missing`
  return first(oddTails(bytes, wire), ({ length, wire: part }) =>
    isMissing(part) ? `cut after byte ${length} the reply passes for complete, although content is missing` : undefined
  )
}

/** Characters of unfinished events that are looked at. */
const mostLooked = 50_000_000

/** Cuts inside an event after which what stands there can be read, and is not the event that would have come. */
function* oddTails(
  bytes: Uint8Array,
  whole: readonly WireEvent[]
): Generator<{ readonly length: number; readonly wire: readonly WireEvent[] }> {
  const reader = new ServerSentEventReader()
  const mostCuts = mostLooked / bytes.length
  let [start, count, cuts] = [0, 0, 0]
  for (const [index, byte] of bytes.entries()) {
    // Only what ends so can be whole.
    if (!mayEnd.has(byte) || ++cuts > mostCuts) continue
    count += reader.push(bytes.subarray(start, index + 1)).length
    start = index + 1
    const tail = reader.tail()
    if (tail !== undefined && difference(tail, whole[count]) !== undefined) yield { length: start, wire: [...whole.slice(0, count), tail] }
  }
}

const mayEnd = new Set(Buffer.from('}]"'))

function contentOf({ events }: Outcome): string {
  const text = (type: 'text' | 'reasoning'): string => events.map(event => (event.type === type ? event.text : '')).join('')
  const call = (event: ChatEvent): string =>
    event.type === 'tool_call' ? `${event.index}:${event.name ?? ''}:${event.arguments ?? ''}` : ''
  return JSON.stringify([text('text'), text('reasoning'), events.map(call).join('')])
}

function findSecondFinish({ outcome, expect }: StreamCase): string | undefined {
  const { events, error } = outcome()
  const reasons = new Set(events.flatMap(event => (event.type === 'finish' && event.reason !== 'unknown' ? [event.reason] : [])))
  if (reasons.size > 1) return `it finished for ${reasons.size} reasons: ${[...reasons].join(', ')}`
  return error?.kind === 'truncated' && expect.errorKind === undefined ? 'it never finished' : undefined
}

/** Up to the event that tells the reason, or with nothing, and then the end. */
function findMadeUpReason({ variant: { dialect }, wire, meanings }: StreamCase): string | undefined {
  const ends = wire.filter(({ data }, index) => meanings()[index] === 'done' || !isObject(parseLeniently(data)))
  const reason = meanings().findIndex(meaning => tells(meaning, 'finish'))
  const parts: Readonly<Record<string, readonly WireEvent[]>> = {
    'without the event that tells the reason': [...wire.slice(0, Math.max(0, reason)), ...ends],
    'a stream of nothing': [],
    'nothing but the end mark': ends,
    'nothing but an empty object and the end mark': [{ data: '{}' }, ...ends]
  }
  return first(Object.entries(parts), ([name, part]) => {
    const { reply, flaw } = readStream(dialect, part)
    return prefix(name, flaw ?? (reply?.finishReason === 'stop' ? 'it finishes for "stop" all the same' : undefined))
  })
}

/** What the last event tells may be there twice then; the reason may not change. */
function findSpoiledByRepeat({ variant: { dialect }, wire, outcome, meanings }: StreamCase): string | undefined {
  const { reply } = outcome()
  const last = meanings().findLastIndex(meaning => typeof meaning === 'object')
  const event = wire[last]
  if (reply === undefined || event === undefined) return undefined
  const again = readStream(dialect, wire.toSpliced(last, 0, event))
  if (again.reply === undefined) return again.flaw ?? `it fails with ${again.error?.message}`
  return tells(meanings()[last], 'text', 'reasoning', 'tool_call')
    ? difference(again.reply.finishReason, reply.finishReason, 'finishReason')
    : difference(sense(again), sense(outcome()))
}

/** It is passed over, or told as an error. */
function findSpoiledByJunk({ variant: { dialect }, wire, outcome }: StreamCase): string | undefined {
  if (outcome().reply === undefined) return undefined
  const junk: readonly WireEvent[] = [{ data: 'junk' }, { data: '{' }, { event: 'junk', data: '[null]' }]
  return first(junk, event => {
    const spoiled = readStream(dialect, [...wire, event])
    return spoiled.error === undefined ? prefix(`behind it ${show(event.data)}`, difference(sense(spoiled), sense(outcome()))) : undefined
  })
}
