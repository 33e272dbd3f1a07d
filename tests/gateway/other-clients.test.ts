import { describe, expect, test } from '@jest/globals'
import { createOpenAI } from '@ai-sdk/openai'
import { HumanMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { json, sse, type ReceivedRequest } from '@resoftai/sdk/testing'
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai'
import { completion, delta, finished, said } from '../faults/support.ts'
import { collect, failureOf, hello, serve, type Served } from './support.ts'

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const pieces = { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }

/** Asks for the weather first where there are tools, else says hello. */
function vendor({ json: body }: ReceivedRequest) {
  const { stream, tools, messages } = body as { stream?: boolean; tools?: unknown; messages: readonly { role: string }[] }
  const wantsTool = tools !== undefined && !messages.some(({ role }) => role === 'tool')
  const told = { ...delta({}), choices: [], usage }
  if (stream === true) {
    return wantsTool
      ? sse([delta({ tool_calls: [pieces] }), finished('tool_calls'), told])
      : sse([said('Hel'), said('lo'), finished(), told])
  }
  const { index, ...call } = pieces
  const message = { role: 'assistant', content: null, tool_calls: [call] }
  return json(wantsTool ? completion('', { choices: [{ index, message, finish_reason: 'tool_calls' }] }) : completion('Hello'))
}

describe('@ai-sdk/openai', () => {
  const modelOf = ({ key, url }: Served) => createOpenAI({ apiKey: key, baseURL: `${url}/v1` }).chat('vendor/m1')
  const weather = tool({
    description: 'The weather of a city',
    inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }),
    execute: async ({ city }) => `cold in ${city}`
  })

  test('generates a text', async () => {
    await using served = await serve(vendor)
    const { text, finishReason, usage: used } = await generateText({ model: modelOf(served), prompt: 'Hello' })
    expect({ text, finishReason }).toEqual({ text: 'Hello', finishReason: 'stop' })
    expect(used).toMatchObject({ inputTokens: 3, outputTokens: 2 })
  })

  test('generates a text with the help of a tool', async () => {
    await using served = await serve(vendor)
    const result = await generateText({ model: modelOf(served), prompt: 'Weather?', tools: { weather }, stopWhen: isStepCount(3) })
    expect(result.text).toBe('Hello')
    expect(result.steps[0]?.toolResults).toMatchObject([{ toolName: 'weather', output: 'cold in Oslo' }])
  })

  test('streams a text with the help of a tool', async () => {
    await using served = await serve(vendor)
    const result = streamText({ model: modelOf(served), prompt: 'Weather?', tools: { weather }, stopWhen: isStepCount(3) })
    expect((await collect(result.textStream)).join('')).toBe('Hello')
    expect(served.service.requests).toHaveLength(2)
    expect(await result.finishReason).toBe('stop')
  })

  test('knows an error', async () => {
    await using served = await serve(vendor)
    const model = createOpenAI({ apiKey: 'rk-wrong', baseURL: `${served.url}/v1` }).chat(hello.model)
    expect(await failureOf(generateText({ model, prompt: 'Hello' }))).toMatchObject({ statusCode: 401, isRetryable: false })
  })
})

describe('@langchain/openai', () => {
  const chatOf = ({ key, url }: Served) => new ChatOpenAI({ apiKey: key, model: 'vendor/m1', configuration: { baseURL: `${url}/v1` } })
  const question = [new HumanMessage('Hello')]

  test('invokes', async () => {
    await using served = await serve(vendor)
    const reply = await chatOf(served).invoke(question)
    expect(reply.content).toBe('Hello')
    expect(reply.usage_metadata).toMatchObject({ input_tokens: 3, output_tokens: 2 })
  })

  test('streams', async () => {
    await using served = await serve(vendor)
    const chunks = await collect(await chatOf(served).stream(question))
    expect(chunks.map(({ text }) => text).join('')).toBe('Hello')
  })

  test('calls a tool', async () => {
    await using served = await serve(vendor)
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const bound = chatOf(served).bindTools([{ type: 'function', function: { name: 'weather', parameters } }])
    expect((await bound.invoke(question)).tool_calls).toMatchObject([{ id: 'call_1', name: 'weather', args: { city: 'Oslo' } }])
  })
})
