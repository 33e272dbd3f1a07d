import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ChatReply, ChatRequest, Message, Usage } from '@resoftai/sdk'
import OpenAI from 'openai'
import { serveSimulator, type SimulatorService } from '../src/serve.ts'
import { replyOf, request, type Asked } from './asking.ts'

type Chat = OpenAI.ChatCompletion
type Thought = { readonly reasoning_content?: string }
type Params = OpenAI.ChatCompletionCreateParamsNonStreaming

const tools = [
  { name: 'weather', description: '天气', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
  { name: 'now', strict: true, parameters: { type: 'object', properties: {} } }
]
const toolCalls = [
  { id: 'call_1', name: 'weather', arguments: '{"city":"text"}' },
  { id: 'call_2', name: 'now', arguments: '{}' }
]
const schema = { type: 'object', properties: { a: { const: 1 } }, required: ['a'] }

const asked: Readonly<Record<string, Asked>> = {
  canned: {},
  'canned in Chinese': { messages: [{ role: 'user', content: '天空为什么是蓝色的？' }] },
  echo: {
    model: 'echo',
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi 🦊' }] }
    ]
  },
  reasoning: { model: 'reasoning' },
  'tools, the call': { model: 'tools', tools },
  'tools, the answer': {
    model: 'tools',
    tools,
    messages: [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: '', toolCalls },
      { role: 'tool', toolCallId: 'call_1', content: 'sunny' },
      { role: 'tool', toolCallId: 'call_2', content: 'noon' }
    ]
  },
  'a tool choice': { model: 'tools', tools, toolChoice: { name: 'now' } },
  'one call at a time': { model: 'tools', tools, parallelToolCalls: false },
  JSON: { responseFormat: { type: 'json' } },
  'a schema': { responseFormat: { type: 'json_schema', name: 'n', schema } },
  'a directed reply': { simulator: { text: 'Ja: 中文 🦊', reasoning: 'Hm.', chunkSize: 1, finishReason: 'length' } },
  'directed calls': {
    simulator: {
      toolCalls: [
        { name: 'a', arguments: '{"broken":' },
        { name: 'b', id: 'mine' }
      ]
    }
  },
  'directed usage': { simulator: { usage: { inputTokens: 9, outputTokens: 8, totalTokens: 17, cachedTokens: 7, reasoningTokens: 6 } } }
}

function messageOf(message: Message): unknown {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content }
  if (message.role !== 'assistant') return message
  const calls = message.toolCalls?.map(({ id, ...called }) => ({ id, type: 'function', function: called }))
  return { role: 'assistant', content: message.content || null, tool_calls: calls }
}

function formatOf(format: ChatRequest['responseFormat']): unknown {
  if (format?.type !== 'json_schema') return format && { type: 'json_object' }
  return { type: 'json_schema', json_schema: { name: format.name, schema: format.schema } }
}

/** The same request as OpenAI writes it. */
function paramsOf(from: Asked): Params {
  const { model, messages, tools: offered, toolChoice, parallelToolCalls, responseFormat, extra } = request(from)
  const params: Readonly<Record<string, unknown>> = {
    model,
    messages: messages.map(messageOf),
    tools: offered?.map(tool => ({ type: 'function', function: tool })),
    tool_choice: typeof toolChoice === 'object' ? { type: 'function', function: toolChoice } : toolChoice,
    parallel_tool_calls: parallelToolCalls,
    response_format: formatOf(responseFormat),
    ...extra
  }
  return params as unknown as Params
}

function usageOf(usage: OpenAI.CompletionUsage | undefined): Usage {
  const { cached_tokens: cachedTokens } = usage?.prompt_tokens_details ?? {}
  const { reasoning_tokens: reasoningTokens } = usage?.completion_tokens_details ?? {}
  return {
    inputTokens: usage?.prompt_tokens ?? -1,
    outputTokens: usage?.completion_tokens ?? -1,
    totalTokens: usage?.total_tokens ?? -1,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens })
  }
}

function readingOf({ choices: [choice], usage, model, id }: Chat): Partial<ChatReply> {
  const message = choice?.message as (OpenAI.ChatCompletionMessage & Thought) | undefined
  const calls = message?.tool_calls?.filter(call => call.type === 'function') ?? []
  return {
    content: message?.content ?? '',
    reasoning: message?.reasoning_content ?? '',
    toolCalls: calls.map(call => ({ id: call.id, name: call.function.name, arguments: call.function.arguments })),
    finishReason: choice?.finish_reason as ChatReply['finishReason'],
    usage: usageOf(usage),
    model,
    id
  }
}

describe('the same script in the process and over HTTP', () => {
  let service: SimulatorService
  let client: OpenAI

  beforeAll(async () => {
    service = await serveSimulator()
    client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'any-key-000', maxRetries: 0 })
  })
  afterAll(() => service.close())

  const cases = Object.entries(asked)

  test.each(cases)('%s, whole', async (_name, from) => {
    expect(readingOf(await client.chat.completions.create(paramsOf(from)))).toEqual(await expected(from))
  })

  test.each(cases)('%s, streamed', async (_name, from) => {
    const stream = client.chat.completions.stream({ ...paramsOf(from), stream: true, stream_options: { include_usage: true } })
    // The client joins what it knows, and reasoning is not among it.
    const thoughts: unknown[] = []
    stream.on('chunk', ({ choices: [choice] }) => thoughts.push((choice?.delta as Thought | undefined)?.reasoning_content))
    const read = readingOf(await stream.finalChatCompletion())
    expect({ ...read, reasoning: thoughts.join('') }).toEqual(await expected(from))
  })

  async function expected(from: Asked): Promise<Partial<ChatReply>> {
    const { content, reasoning, toolCalls: calls, usage, finishReason, model, id = '' } = await replyOf(from)
    return { content, reasoning, toolCalls: calls, usage, finishReason, model, id }
  }
})
