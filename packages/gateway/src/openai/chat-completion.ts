import type { ChatReply, JsonObject, ToolCall } from '@resoftai/sdk'
import { writeCitation } from './citation.ts'
import { finishWord } from './finish-words.ts'
import { sumCosts, writeCost } from './money.ts'
import type { AnswerHead } from './reply-stream.ts'
import { sumUsages, writeUsage } from './usage.ts'

export interface CompletionOptions extends AnswerHead {
  readonly replies: readonly ChatReply[]
  /** Answer in the older form with `function_call`. */
  readonly functions?: boolean
}

/** Whole replies to one question as OpenAI tells them. */
export function chatCompletion({ replies, id, model, created, functions = false }: CompletionOptions): JsonObject {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: replies.map((reply, index) => writeChoice(reply, index, functions)),
    usage: writeUsage(sumUsages(replies.map(reply => reply.usage))),
    cost: writeCost(sumCosts(replies.map(reply => reply.cost)))
  }
}

function writeChoice(reply: ChatReply, index: number, functions: boolean): unknown {
  const { finishReason, rawFinishReason, toolCalls } = reply
  const word = finishWord(finishReason, toolCalls.length > 0)
  return {
    index,
    message: writeMessage(reply, functions),
    logprobs: null,
    finish_reason: functions && word === 'tool_calls' ? 'function_call' : word,
    ...(rawFinishReason !== undefined && { native_finish_reason: rawFinishReason })
  }
}

function writeMessage({ content, reasoning, toolCalls, citations, message: { providerData } }: ChatReply, functions: boolean): unknown {
  const [first] = toolCalls
  return {
    role: 'assistant',
    content: content === '' && first !== undefined ? null : content,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(first !== undefined && (functions ? { function_call: writeCalled(first) } : { tool_calls: toolCalls.map(writeCall) })),
    ...(citations.length > 0 && { annotations: citations.map(writeCitation) }),
    ...(providerData !== undefined && { provider_data: providerData })
  }
}

function writeCall(call: ToolCall): unknown {
  return { id: call.id, type: 'function', function: writeCalled(call) }
}

function writeCalled({ name, arguments: text }: ToolCall): unknown {
  return { name, arguments: text }
}
