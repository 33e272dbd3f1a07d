import { isFollowUp, type Dialect, type FollowUp, type WireEvent, type WireRequest } from '../../dialect.ts'
import { isProviderError, ProviderError } from '../../error.ts'
import type { ChatEvent } from '../../event.ts'
import type { ChatReply } from '../../reply.ts'
import { finishOf, joinEvents } from '../read-events.ts'
import { describe } from './difference.ts'
import { findMalformed } from './wire-form.ts'
import { errorFlaw, flaw } from './well-formed.ts'

/** How a reply ended as a host counts it: one reply, one error, or a flaw of the dialect. */
export interface Outcome {
  /** What the dialect yielded, `finish` included, in order. */
  readonly events: readonly ChatEvent[]
  readonly reply?: ChatReply
  readonly error?: ProviderError
  readonly flaw?: string
  /** What a whole reply asked for next; it still waits for the answer to the last one when it ended with neither reply nor error. */
  readonly next?: readonly WireRequest[]
}

/** One wire event may not turn into more than this. */
const mostEvents = 10_000

/** Reads a stream as a host does: `finish` is held back until the body ends. */
export function readStream(dialect: Dialect, wire: Iterable<WireEvent>): Outcome {
  const events: ChatEvent[] = []
  return guard(events, () => {
    const decode = dialect.streamDecoder()
    for (const event of wire) {
      const meaning = decode(event)
      if (meaning === 'done') return conclude(events) ?? conclude(events, { type: 'finish', reason: 'unknown' })
      take(meaning, events)
    }
    return conclude(events)
  })
}

/** Reads a whole reply; `further` are the answers to what it asks for next, in order. Only when it is none the dialect is asked for an error. */
export function readWhole(dialect: Dialect, body: unknown, further: readonly unknown[] = [], status = 200): Outcome {
  const events: ChatEvent[] = []
  const next: WireRequest[] = []
  const outcome = guard(events, () => {
    let meaning = dialect.decode?.(body) ?? []
    for (const answer of further) {
      if (!isFollowUp(meaning)) throw new Flaw('it asks for no more answers, and there are more in `further`')
      follow(meaning, events, next)
      meaning = meaning.decode(answer)
    }
    if (isFollowUp(meaning)) {
      follow(meaning, events, next)
      return { events }
    }
    take(meaning, events)
    const error = (): ProviderError => dialect.decodeError?.(status, further.at(-1) ?? body, new Headers()) ?? notAReply()
    return conclude(events) ?? withFlaw({ events, error: error() })
  })
  return { ...(outcome ?? { events }), next }
}

function follow(step: FollowUp, events: ChatEvent[], next: WireRequest[]): void {
  const wrong = findMalformed(step.next)
  if (wrong !== undefined) throw new Flaw(`what it asks for next: ${wrong}`)
  const { afterMs = 0 } = step
  if (!Number.isFinite(afterMs) || afterMs < 0) throw new Flaw(`afterMs is ${afterMs}`)
  next.push(step.next)
  take(step.events ?? [], events)
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

function guard(events: ChatEvent[], read: () => Outcome | undefined): Outcome {
  try {
    return read() ?? { events, error: new ProviderError('truncated', 'The reply ended before it was finished.') }
  } catch (error) {
    if (isProviderError(error)) return withFlaw({ events, error })
    return { events, flaw: error instanceof Flaw ? error.message : `it threw what is no ProviderError: ${describe(error)}` }
  }
}

/** The reply, when there is one. One that ended with an error is none (H30). */
function conclude(events: readonly ChatEvent[], otherwise?: ChatEvent): Outcome | undefined {
  const finishes = events.filter(event => event.type === 'finish')
  const failed = finishes.find(({ reason }) => reason === 'error')
  if (failed !== undefined)
    return { events, error: new ProviderError('server', 'The vendor ended the reply with an error.', { vendorCode: failed.raw }) }
  const whole = finishes.length > 0 || otherwise === undefined ? events : [...events, otherwise]
  return finishOf(whole) === undefined ? undefined : { events, reply: joinEvents(whole) }
}

function withFlaw(outcome: Outcome & { readonly error: ProviderError }): Outcome {
  const wrong = errorFlaw(outcome.error)
  return wrong === undefined ? outcome : { ...outcome, flaw: wrong }
}

function notAReply(): ProviderError {
  return new ProviderError('protocol', 'The vendor answered with something that is no reply.')
}
