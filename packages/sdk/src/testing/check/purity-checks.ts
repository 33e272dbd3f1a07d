import type { StreamDecoder, WireEvent, WireRequest } from '../../dialect.ts'
import { allAsks, type Ask } from './ask.ts'
import { difference } from './difference.ts'
import { readFixture } from './read-fixture.ts'
import { readStream, type Outcome } from './outcome.ts'
import type { FixtureCase, StreamCase, Subject } from './subject.ts'
import { each, type Task, type Verdict } from './verdict.ts'

/** The same goes in, the same comes out; nothing is changed, and nothing is shared. */
export function purityChecks(subject: Subject): readonly Task[] {
  const task = (name: string, judge: Task['judge']): Task => ({ group: 'purity', name, judge })
  return [
    task('encode is pure', () => findImpurity(allAsks(subject))),
    task('decode is pure', () => each(subject.fixtures, findImpureReading)),
    task('each stream has its own decoder', () => each(subject.streams, findSharedState))
  ]
}

/** Asked twice, and another dialect of the plugin once, at different times: a clock of one's own would show. */
function findImpurity(asks: readonly Ask[]): Verdict {
  const before = asks.map(ask => attempt(() => ask.send({ frozen: true })))
  untilLater()
  return each(
    asks.map((ask, index) => ({ ...ask, expected: before[index] })),
    ({ send, variant, expected }) => {
      const again = difference(
        attempt(() => send({ frozen: true })),
        expected
      )
      if (again !== undefined) return again
      const other = difference(
        attempt(() => send({ frozen: true, dialect: variant.twin })),
        expected
      )
      return other === undefined ? thrownIn(expected) : `made anew with the same config: ${other}`
    }
  )
}

/** Not for ever: a test may have stopped the clock. */
function untilLater(): void {
  const now = Date.now()
  for (let look = 0; look < 1_000_000 && Date.now() === now; look++);
}

interface Attempt {
  readonly wire?: WireRequest | undefined
  readonly threw?: string
}

function attempt(send: () => WireRequest | undefined): Attempt {
  try {
    return { wire: send() }
  } catch (error) {
    return { threw: String(error) }
  }
}

function thrownIn(attempted: Attempt | undefined): string | undefined {
  return attempted?.threw === undefined ? undefined : `it threw ${attempted.threw}`
}

function findImpureReading(fixture: FixtureCase): string | undefined {
  const { dialect, twin } = fixture.variant
  const expected = summary(fixture.outcome())
  return difference(summary(readFixture(dialect, fixture)), expected) ?? difference(summary(readFixture(twin, fixture)), expected)
}

/** Two streams read by turns must not touch each other. */
function findSharedState({ variant: { dialect }, wire, outcome }: StreamCase): string | undefined {
  const other = dialect.streamDecoder()
  let isOver = false
  const byTurns = function* (): Generator<WireEvent> {
    for (const event of wire) {
      if (!isOver) isOver = endsWith(other, event)
      yield event
    }
  }
  return difference(summary(readStream(dialect, byTurns())), summary(outcome()))
}

function endsWith(decode: StreamDecoder, event: WireEvent): boolean {
  try {
    const meaning = decode(event)
    if (meaning === 'done') return true
    for (const _ of meaning);
    return false
  } catch {
    return true
  }
}

/** All that a caller can see of an outcome. */
function summary({ events, reply, error, flaw, next }: Outcome): unknown {
  return { events, reply, error: error && `${error.kind}: ${error.message}`, flaw, next }
}
