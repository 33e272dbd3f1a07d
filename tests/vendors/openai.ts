import { json, sse, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { piecesOf, refuseUnless, think, type Heard, type Said } from './brain.ts'

interface Message {
  readonly role: string
  readonly content?: string | null
  readonly reasoning_content?: string
  readonly tool_call_id?: string
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string; readonly arguments: string } }[]
}

export interface OpenAIVendorOptions {
  /** Takes reasoning back: a turn of its own with tool calls must carry what it thought (WIRE.md 7.3). */
  readonly wantsReasoning?: boolean
}

/** A vendor that speaks OpenAI, as strict as the real ones. */
export function openAIVendor({ wantsReasoning = false }: OpenAIVendorOptions = {}): (request: ReceivedRequest) => Answer {
  const thoughts = new Map<string, string>()
  let calls = 0
  return request => {
    const { messages, stream, tool_choice } = request.json as { messages: readonly Message[]; stream?: boolean; tool_choice?: unknown }
    refuseUnless(tool_choice === undefined || tool_choice === 'auto', 'a forced tool_choice')
    const said = think(hear(messages, wantsReasoning ? thoughts : new Map()))
    const toolCalls = said.calls.map(({ name, args }, index) => ({
      index,
      id: `call_${++calls}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(args) }
    }))
    for (const { id } of toolCalls) thoughts.set(id, said.reasoning)
    return stream === true ? streamed(said, toolCalls) : whole(said, toolCalls)
  }
}

function hear(messages: readonly Message[], thoughts: ReadonlyMap<string, string>): Heard {
  const open = new Map<string, string>()
  let results: Record<string, string> = {}
  const questions: string[] = []
  for (const message of messages) {
    refuseUnless(message.role === 'tool' || open.size === 0, 'a tool call without its result')
    if (message.role !== 'tool') results = {}
    if (message.role === 'user') questions.push(message.content ?? '')
    for (const { id, function: called } of message.tool_calls ?? []) {
      open.set(id, called.name)
      JSON.parse(called.arguments)
      const thought = thoughts.get(id)
      refuseUnless(thought === undefined || message.reasoning_content === thought, 'a turn with tool calls lost its reasoning_content')
    }
    if (message.role === 'tool') {
      const name = open.get(message.tool_call_id ?? '')
      refuseUnless(name !== undefined && open.delete(message.tool_call_id ?? ''), 'a result of no call')
      results[name] = message.content ?? ''
    }
  }
  refuseUnless(open.size === 0, 'a tool call without its result')
  return { questions, results }
}

const usage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30, prompt_tokens_details: { cached_tokens: 5 } }

function streamed({ reasoning, text }: Said, toolCalls: readonly { readonly index: number }[]): Answer {
  const chunk = (delta: object, finish_reason: string | null = null, more = {}) => ({
    id: 'chatcmpl-1',
    model: 'vendor-model',
    choices: [{ index: 0, delta, finish_reason }],
    ...more
  })
  return sse([
    ...piecesOf(reasoning).map(piece => chunk({ role: 'assistant', reasoning_content: piece })),
    ...piecesOf(text).map(piece => chunk({ content: piece })),
    ...toolCalls.map(call => chunk({ tool_calls: [call] })),
    chunk({}, toolCalls.length > 0 ? 'tool_calls' : 'stop', { usage })
  ])
}

function whole({ reasoning, text }: Said, toolCalls: readonly object[]): Answer {
  const message = { role: 'assistant', content: text, reasoning_content: reasoning, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) }
  return json({
    id: 'chatcmpl-1',
    model: 'vendor-model',
    choices: [{ index: 0, message, finish_reason: toolCalls.length > 0 ? 'tool_calls' : 'stop' }],
    usage
  })
}
