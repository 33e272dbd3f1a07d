import type { ChatEvent, ReplyBuilder } from '@resoftai/sdk'

/**
 * How a whole reply goes on from what was shown of a stalled stream: behind it when the stream was its beginning, else from the start, after a
 * `restart`. `undefined` when that is needed but not allowed.
 */
export function continueWith(
  events: readonly ChatEvent[],
  shown: ReturnType<ReplyBuilder['partial']>,
  mayRestart: boolean
): readonly ChatEvent[] | undefined {
  const text = joined(events, 'text')
  const reasoning = joined(events, 'reasoning')
  // A whole reply often lacks the reasoning that a stream has.
  const isBeginning = shown.toolCalls === 0 && text.startsWith(shown.text) && (reasoning === '' || reasoning.startsWith(shown.reasoning))
  if (isBeginning) {
    const rest = { text: shown.text.length, reasoning: shown.reasoning.length }
    return events.flatMap(event => (event.type === 'text' || event.type === 'reasoning' ? cutOff(event, rest) : [event]))
  }
  return mayRestart ? [{ type: 'restart', reason: 'The stream stalled, and the whole reply is another one.' }, ...events] : undefined
}

type Piece = Extract<ChatEvent, { type: 'text' | 'reasoning' }>

function joined(events: readonly ChatEvent[], type: Piece['type']): string {
  return events.map(event => (event.type === type ? event.text : '')).join('')
}

/** Without what of it was shown already. */
function cutOff(event: Piece, rest: { text: number; reasoning: number }): readonly ChatEvent[] {
  const shown = Math.min(rest[event.type], event.text.length)
  rest[event.type] -= shown
  return shown === event.text.length && shown > 0 ? [] : [{ ...event, text: event.text.slice(shown) }]
}
