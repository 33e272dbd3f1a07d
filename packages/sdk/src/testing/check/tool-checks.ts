import { show } from './difference.ts'
import type { Meaning } from './meanings.ts'
import { readStream } from './outcome.ts'
import type { FixtureCase, StreamCase, Subject } from './subject.ts'
import { each, type Task, type Verdict } from './verdict.ts'

/** Calls of tools arrive whole, apart from each other, and as the model wrote them. */
export function toolChecks({ fixtures, streams }: Subject): readonly Task[] {
  const task = (name: string, judge: Task['judge']): Task => ({ group: 'tools', name, judge })
  const agree = task('calls and the reason to finish agree (S17)', () => each(fixtures, findDisagreement))
  if (!fixtures.some(({ expect }) => (expect.toolCalls ?? []).length > 0)) return [agree]
  return [
    agree,
    task('each call has a name, and an id of its own (S14)', () => each(fixtures, findMixedCalls)),
    task('arguments that stop in the middle stay as they are (S15)', () => matchTornArguments(streams))
  ]
}

function findDisagreement({ outcome }: FixtureCase): string | undefined {
  const { reply } = outcome()
  if (reply === undefined) return undefined
  const { finishReason, toolCalls } = reply
  if (finishReason === 'stop' && toolCalls.length > 0) return 'it finishes for "stop" with calls of tools'
  return finishReason === 'tool_calls' && toolCalls.length === 0 ? 'it finishes for "tool_calls" without a call' : undefined
}

function findMixedCalls({ outcome }: FixtureCase): string | undefined {
  const calls = outcome().reply?.toolCalls ?? []
  const nameless = calls.find(({ name }) => name === '')
  if (nameless !== undefined) return `the call ${show(nameless)} has no name`
  return new Set(calls.map(({ id }) => id)).size === calls.length ? undefined : `two calls have one id: ${show(calls)}`
}

function matchTornArguments(streams: readonly StreamCase[]): Verdict {
  const torn = streams.flatMap(stream => tearArguments(stream))
  if (torn.length === 0) return { skipped: 'no stream shows arguments in several pieces' }
  return each(torn, ({ stream, place, index }) => {
    const { reply, flaw } = readStream(stream.variant.dialect, stream.wire.toSpliced(place, 1))
    if (flaw !== undefined) return flaw
    const texts = reply?.toolCalls.map(call => call.arguments)
    const whole = stream.outcome().reply?.toolCalls.map(call => call.arguments) ?? []
    const text = texts?.length === whole.length ? texts[index] : undefined
    // What the model had said up to there, or nothing at all.
    const isKept = text === undefined || text === '{}' || (whole[index] ?? '').startsWith(text)
    return isKept && text !== whole[index] ? undefined : `without their last piece the arguments ${show(whole[index])} are ${show(text)}`
  })
}

interface Torn {
  readonly name: string
  readonly stream: StreamCase
  /** Of the event with the last piece. */
  readonly place: number
  /** Of the call, in the reply. */
  readonly index: number
}

/** Calls whose arguments end with a piece of their own, which tells nothing else. */
function tearArguments(stream: StreamCase): readonly Torn[] {
  const pieces = stream.meanings().map(pieceOf)
  const order = [...new Set(pieces.flatMap(piece => piece?.index ?? []))].toSorted((a, b) => a - b)
  return order.flatMap((call, index) => {
    const places = pieces.flatMap((piece, place) => (piece?.index === call && piece.text !== '' ? [place] : []))
    const place = places.at(-1)
    return places.length < 2 || place === undefined ? [] : [{ name: stream.name, stream, place, index, ...fileOf(stream) }]
  })
}

function pieceOf(meaning: Meaning): { readonly index: number; readonly text: string } | undefined {
  if (typeof meaning === 'string') return undefined
  const [event, other] = meaning
  return event?.type === 'tool_call' && other === undefined ? { index: event.index, text: event.arguments ?? '' } : undefined
}

function fileOf({ file }: StreamCase): { readonly file?: string } {
  return file === undefined ? {} : { file }
}
