import { isObject, textOf, type ChatEvent, type FinishReason } from '@resoftai/sdk'

/** WIRE.md 9.3 and 9.6. A word that is not here is passed on as `unknown`. */
const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['tool_use', 'tool_calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'content_filter']
])

/** How a reply ended, and what a person should know about it. `isForced`: the tool that was called was the reply itself. */
export function finishEvents(raw: string | undefined, details: unknown, isForced: boolean): readonly ChatEvent[] {
  const reason = raw === 'tool_use' && isForced ? 'stop' : (reasons.get(raw ?? '') ?? 'unknown')
  const warning = raw === 'refusal' ? describeRefusal(details) : raw === 'pause_turn' ? paused : undefined
  return [
    ...(warning === undefined ? [] : [{ type: 'warning' as const, message: warning }]),
    { type: 'finish', reason, ...(raw !== undefined && { raw }) }
  ]
}

const paused = 'The vendor paused this turn: send the conversation with this reply back, and the model goes on.'

function describeRefusal(details: unknown): string {
  const { category, explanation, recommended_model: model } = isObject(details) ? details : {}
  const why = textOf(category) === undefined ? '' : ` (${String(category)})`
  const advice = textOf(model) === undefined ? '' : ` The vendor recommends ${String(model)}.`
  return `The model refused${why}: ${textOf(explanation) ?? 'the vendor gave no reason.'}${advice}`.slice(0, 1000)
}
