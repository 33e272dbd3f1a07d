import { ProviderError, type ChatEvent, type FinishReason, type ModelInfo, type StreamDecoder, type Usage } from '@resoftai/sdk'
import { readFault } from './fault.ts'
import { count, fields, isCount, list, parse, text, type Fields } from './wire.ts'

type Read = (value: Fields) => readonly ChatEvent[]

/** What each event of a stream means, by its name. */
const meanings = {
  begin: ({ model, id }) => [{ type: 'start', model: text(model), id: text(id) }],
  words: value => [{ type: 'text', text: text(value.text) }],
  call: ({ number, id, name, input }) => [
    { type: 'tool_call', index: count(number), id: text(id), name: text(name), arguments: text(input) }
  ],
  // One more piece of the arguments.
  input: ({ number, input }) => [{ type: 'tool_call', index: count(number), arguments: text(input) }],
  // A word that is not in the list is `unknown`, never a guess.
  end: ({ why, tokens_read, tokens_written }) => [
    { type: 'usage', usage: readUsage(tokens_read, tokens_written) },
    { type: 'finish', reason: finishReasons.get(why) ?? 'unknown', raw: text(why) }
  ],
  fault: value => {
    throw readFault(value) ?? new ProviderError('server', 'The vendor broke off its reply.')
  }
} satisfies Readonly<Record<string, Read>>

const finishReasons = new Map<unknown, FinishReason>([
  ['done', 'stop'],
  ['call', 'tool_calls'],
  ['limit', 'length'],
  ['refused', 'content_filter']
])

const readers = new Map<string, Read>(Object.entries(meanings))

/** One server-sent event. A reader that has to remember something would be made anew in `streamDecoder`. */
export const readEvent: StreamDecoder = ({ event = '', data }) => readers.get(event)?.(parse(data)) ?? []

/** A whole reply has the fields of all events. */
export function readReply(body: unknown): readonly ChatEvent[] {
  const reply = fields(body)
  const calls = list(reply.calls).flatMap(call => meanings.call(fields(call)))
  return [...meanings.begin(reply), ...meanings.words(reply), ...calls, ...meanings.end(reply)]
}

export function readModels(body: unknown): readonly ModelInfo[] {
  return list(fields(body).models).map(model => ({ id: text(fields(model).name) }))
}

/** A reply is worth as much without its counts: what is none is left out. */
function readUsage(input: unknown, output: unknown): Usage {
  return { ...(isCount(input) && { inputTokens: input }), ...(isCount(output) && { outputTokens: output }) }
}
