import type { Dialect, WireEvent } from '../../dialect.ts'
import { isProviderError, ProviderError } from '../../error.ts'
import type { ChatEvent } from '../../event.ts'
import { ReplyBuilder, type ChatReply } from '../../reply.ts'
import { describe } from './difference.ts'
import { flaw } from './well-formed.ts'

/** How a reply ended as a host counts it: one reply, one error, or a flaw of the dialect. */
export interface Outcome {
  /** What the dialect yielded, `finish` included, in order. */
  readonly events: readonly ChatEvent[]
  readonly reply?: ChatReply
  readonly error?: ProviderError
  readonly flaw?: string
}

/** One wire event may not turn into more than this. */
const mostEvents = 10_000

/** Reads a stream as a host does: `finish` is held back until the body ends, and the first one that is not `unknown` wins. */
export function readStream(dialect: Dialect, wire: Iterable<WireEvent>): Outcome {
  const events: ChatEvent[] = []
  let done = false
  return conclude(
    events,
    () => {
      const decode = dialect.streamDecoder()
      for (const event of wire) {
        const meaning = decode(event)
        done = meaning === 'done'
        if (meaning === 'done') return
        take(meaning, events)
      }
    },
    () => done
  )
}

/** Reads a whole reply. */
export function readWhole(dialect: Dialect, body: unknown): Outcome {
  const events: ChatEvent[] = []
  return conclude(
    events,
    () => take(dialect.decode?.(body) ?? [], events),
    () => false
  )
}

function take(meaning: Iterable<ChatEvent>, events: ChatEvent[]): void {
  let taken = 0
  for (const event of meaning) {
    const wrong = flaw(event)
    if (wrong !== undefined) throw new Flaw(wrong)
    if (++taken > mostEvents) throw new Flaw('one wire event became more than 10,000 events')
    events.push(event)
  }
}

class Flaw extends Error {}

function conclude(events: ChatEvent[], read: () => void, isDone: () => boolean): Outcome {
  try {
    read()
  } catch (error) {
    if (isProviderError(error)) return { events, error }
    return { events, flaw: error instanceof Flaw ? error.message : `it threw what is no ProviderError: ${describe(error)}` }
  }
  const finishes = events.filter(event => event.type === 'finish')
  const finish = finishes.find(event => event.reason !== 'unknown') ?? finishes[0]
  const builder = new ReplyBuilder()
  for (const event of events) if (event.type !== 'finish') builder.add(event)
  if (finish !== undefined) builder.add(finish)
  else if (isDone()) builder.add({ type: 'finish', reason: 'unknown' })
  else return { events, error: new ProviderError('truncated', 'The reply ended before it was finished.') }
  return { events, reply: builder.reply() }
}
