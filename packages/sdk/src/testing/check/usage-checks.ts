import { difference, show } from './difference.ts'
import { pathsOf, replaceAt, valueAt, type Path } from './json-path.ts'
import { tells } from './meanings.ts'
import { readStream, readWhole, type Outcome } from './outcome.ts'
import { parseLeniently } from '../../json.ts'
import { placesIn } from './places.ts'
import { sense } from './sense.ts'
import type { FixtureCase, StreamCase, Subject } from './subject.ts'
import { each, first, prefix, type Task } from './verdict.ts'

/** Tokens are counts that the vendor reported: the last of each, never a sum, and never a number that cannot be one. */
export function usageChecks({ fixtures, streams }: Subject): readonly Task[] {
  const task = (name: string, judge: Task['judge']): Task => ({ group: 'usage', name, judge })
  return [
    task('usage is shown', () =>
      fixtures.some(({ outcome }) => Object.keys(outcome().reply?.usage ?? {}).length > 0)
        ? undefined
        : { skipped: 'no fixture shows usage: add one to conformance/replies' }
    ),
    task('usage that is told twice is not added up', () => each(streams, stream => findSum(stream, streams.length))),
    task('what is no count is no usage (S21)', () => each(fixtures, fixture => findBadCount(fixture, streams)))
  ]
}

function findSum({ variant: { dialect }, wire, outcome, meanings }: StreamCase, streams: number): string | undefined {
  const { reply } = outcome()
  if (reply === undefined) return undefined
  const places = placesIn(wire.length, streams).filter(index => tells(meanings()[index], 'usage'))
  return first(places, place => {
    const again = readStream(dialect, wire.toSpliced(place, 0, ...wire.slice(place, place + 1))).reply
    return again && difference(again.usage, reply.usage, 'usage')
  })
}

/** What vendors were seen to send, and worse; JSON knows no NaN. */
const noCounts = [null, -1, 0.5, 1e308, '12', 'NaN', true, [], {}]

/** A bad count is left out, and the reply is worth as much as before. */
function findBadCount(fixture: FixtureCase, streams: readonly StreamCase[]): string | undefined {
  const [value, read] = toSpoil(fixture, streams) ?? []
  if (fixture.outcome().reply === undefined || read === undefined) return undefined
  const [worth, usage] = split(fixture.outcome())
  const isCount = (path: Path): boolean => {
    const number = valueAt(value, path)
    if (typeof number !== 'number') return false
    const [otherWorth, otherUsage] = split(read(replaceAt(value, path, number + 1)))
    return difference(otherWorth, worth) === undefined && difference(otherUsage, usage) !== undefined
  }
  return first(pathsOf(value), path =>
    isCount(path)
      ? first(noCounts, bad => prefix(`${path.join('.')} is ${show(bad)}`, difference(split(read(replaceAt(value, path, bad)))[0], worth)))
      : undefined
  )
}

/** The JSON that holds the usage, and how to read the fixture with other JSON in its place. */
function toSpoil(
  { name, json, further, variant }: FixtureCase,
  streams: readonly StreamCase[]
): [unknown, (value: unknown) => Outcome] | undefined {
  const stream = streams.find(one => one.name === name)
  if (stream === undefined) return [json, value => readWhole(variant.dialect, value, further)]
  const { wire, meanings } = stream
  const place = meanings().findLastIndex(meaning => tells(meaning, 'usage'))
  const event = wire[place]
  if (event === undefined) return undefined
  return [parseLeniently(event.data), value => readStream(variant.dialect, wire.with(place, { ...event, data: JSON.stringify(value) }))]
}

function split(outcome: Outcome): [worth: unknown, usage: unknown] {
  const { usage, ...worth } = sense(outcome)
  return [worth, usage]
}
