import type { Message } from '@resoftai/sdk'
import type { WaitingCall } from './coze-data.ts'
import { plainText, type Warn } from './content.ts'
import { joinTexts } from './messages.ts'

export interface ToolOutput {
  readonly tool_call_id: string
  readonly output: string
}

/**
 * Answers to what a chat waits for, from the messages behind it; `undefined` when there is none. Coze wants one for each call and takes
 * nothing beside them.
 */
export function encodeToolOutputs(
  waiting: readonly WaitingCall[],
  rest: readonly Message[],
  warn: Warn
): readonly ToolOutput[] | undefined {
  const results = new Map(rest.flatMap(message => (message.role === 'tool' ? [[message.toolCallId, message.content] as const] : [])))
  const said = rest.flatMap(message => (message.role === 'user' ? [message.content] : []))
  const isAnswered = ({ id, reply }: WaitingCall): boolean => results.has(id) || (reply && said.length > 0)
  if (!waiting.some(isAnswered)) return undefined

  const words = joinTexts(...said.map(content => plainText(content, warn, 'an answer')))
  const outputs = waiting.map(call => {
    const result = results.get(call.id)
    if (result !== undefined) return plainText(result, warn, 'the result of a tool')
    if (call.reply) return words
    warn('The bot waits for results of tools that are not there: it was told so.')
    return 'There is no result.'
  })
  if (results.size > waiting.filter(({ id }) => results.has(id)).length) warn('Results of tools that the bot did not call were left out.')
  if (words !== '' && !waiting.some(({ reply }) => reply)) {
    warn('Coze takes only results while it waits for tools: the message of the user was put behind the last one.')
    outputs.push(joinTexts(outputs.pop() ?? '', words))
  }
  return waiting.map(({ id }, index) => ({ tool_call_id: id, output: outputs[index] ?? '' }))
}
