import { describe, expect, test } from '@jest/globals'
import { isProviderError, type ChatRequest, type Message } from '@resoftai/sdk'
import type { Config } from '../src/config.ts'
import { dialectOf, encode } from './dialect.ts'

const tools = [{ name: 'weather' }]

describe('sampling', () => {
  test.each<[Partial<ChatRequest>, object, number]>([
    [{ temperature: 0, topP: 1 }, { temperature: 0, top_p: 1 }, 0],
    [{ temperature: 2, topP: 0 }, { temperature: 1, top_p: 0.01 }, 2],
    [{ temperature: -1 }, { temperature: 0 }, 1],
    [{ stop: ['a'] }, { stop: ['a'] }, 0],
    [{ stop: ['a', 'b'] }, { stop: ['a'] }, 1]
  ])('%j is sent as %j', async (request, expected, warned) => {
    const { body, warnings } = await encode(request)
    expect(body).toMatchObject(expected)
    expect(warnings).toHaveLength(warned)
  })

  test('extra fields are sent untouched, win, and lead to no warning of their own', async () => {
    const extra = { temperature: 1.5, seed: 1, n: 2, user_id: 'x', thinking: { type: 'enabled' }, tool_stream: false }
    const { body, warnings } = await encode({ extra, tools }, {}, 'stream')
    expect(body).toMatchObject(extra)
    expect(warnings).toEqual([])
  })
})

describe('the user', () => {
  test.each([
    ['12345', undefined],
    ['123456', '123456'],
    ['x'.repeat(128), 'x'.repeat(128)],
    ['x'.repeat(129), undefined]
  ])('%s is sent when its length is right', async (user, sent) => {
    const { body, warnings } = await encode({ user })
    expect([body['user_id'], body['user'], warnings?.length]).toEqual([sent, undefined, sent === undefined ? 1 : 0])
  })
})

describe('thinking', () => {
  test.each<[string, string | undefined, Partial<Config>, object | undefined, string | undefined, number]>([
    ['glm-4.7', undefined, {}, undefined, undefined, 0],
    ['glm-4.7', undefined, { thinking: 'enabled' }, { type: 'enabled' }, undefined, 0],
    ['glm-4.7', undefined, { thinking: 'disabled' }, { type: 'disabled' }, undefined, 0],
    ['glm-4.7', undefined, { clear_thinking: false }, { clear_thinking: false }, undefined, 0],
    ['glm-4.7', 'none', { thinking: 'enabled', clear_thinking: true }, { type: 'disabled', clear_thinking: true }, undefined, 0],
    ['glm-4.7', 'high', { thinking: 'disabled' }, { type: 'enabled' }, undefined, 1],
    ['GLM-4.5-Air', 'none', {}, { type: 'disabled' }, undefined, 0],
    ['glm-5', 'low', {}, { type: 'enabled' }, undefined, 1],
    ['glm-5.1', 'none', {}, { type: 'disabled' }, undefined, 0],
    ['glm-5.2', 'none', {}, { type: 'disabled' }, undefined, 0],
    ['glm-5.2', 'xhigh', {}, { type: 'enabled' }, 'xhigh', 0],
    ['glm-5.3', 'max', { clear_thinking: false }, { type: 'enabled', clear_thinking: false }, 'max', 0],
    ['glm-5.3', 'medium', {}, { type: 'enabled' }, 'high', 1],
    ['glm-5.3-flash', 'none', {}, { type: 'enabled' }, 'low', 1],
    ['glm-5.3', undefined, { thinking: 'disabled' }, { type: 'enabled' }, 'low', 1],
    ['glm-5.3', undefined, { thinking: 'enabled' }, { type: 'enabled' }, undefined, 0],
    ['glm-6', 'minimal', {}, { type: 'enabled' }, 'low', 1],
    ['glm-5.3', 'constructor', {}, { type: 'enabled' }, 'constructor', 0],
    ['glm-4-plus', 'high', {}, undefined, undefined, 1],
    ['glm-4-plus', 'none', {}, undefined, undefined, 0],
    ['glm-4.1v-thinking-flash', undefined, { clear_thinking: false }, undefined, undefined, 0],
    ['my-own-model', 'low', {}, { type: 'enabled' }, 'low', 0]
  ])('of %s with effort %s and %j', async (model, effort, config, thinking, sent, warned) => {
    const { body, warnings } = await encode({ model, ...(effort !== undefined && { reasoningEffort: effort }) }, config)
    expect([body['thinking'], body['reasoning_effort'], warnings?.length]).toEqual([thinking, sent, warned])
  })

  const turns: readonly Message[] = [
    { role: 'assistant', content: 'a', reasoning: 'plain' },
    { role: 'assistant', content: '', reasoning: 'called', toolCalls: [{ id: '1', name: 'f', arguments: '{}' }] },
    { role: 'tool', toolCallId: '1', content: 'x' }
  ]

  test.each<[string, Partial<ChatRequest>, Partial<Config>, readonly unknown[]]>([
    ['that the service clears goes back with calls only', {}, {}, [undefined, 'called', undefined]],
    ['that it keeps goes back always', {}, { clear_thinking: false }, ['plain', 'called', undefined]],
    ['that one call keeps goes back always', { extra: { thinking: { clear_thinking: false } } }, {}, ['plain', 'called', undefined]]
  ])('%s', async (_, request, config, expected) => {
    const { body } = await encode({ messages: turns, ...request }, config)
    expect((body['messages'] as readonly Record<string, unknown>[]).map(message => message['reasoning_content'])).toEqual(expected)
  })
})

describe('tools', () => {
  test.each<[string, 'stream' | 'whole', Partial<ChatRequest>, Partial<Config>, true | undefined]>([
    ['glm-4.6', 'stream', { tools }, {}, true],
    ['glm-5-turbo', 'stream', { tools }, {}, true],
    ['glm-5.3', 'stream', { tools }, {}, true],
    ['glm-4.5-air', 'stream', { tools }, {}, undefined],
    ['glm-4.6v', 'stream', { tools }, {}, undefined],
    ['glm-5v-turbo', 'stream', { tools }, {}, undefined],
    ['glm-4.6', 'whole', { tools }, {}, undefined],
    ['glm-4.6', 'stream', {}, {}, undefined],
    ['glm-4.6', 'stream', { tools, toolChoice: 'none' }, {}, undefined],
    ['glm-4.6', 'stream', { tools }, { tool_stream: false }, undefined]
  ])('of %s in a %s reply to %j with %j stream their arguments: %s', async (model, mode, request, config, expected) => {
    expect((await encode({ model, ...request }, config, mode)).body['tool_stream']).toBe(expected)
  })

  test.each(['required', { name: 'weather' }] as const)('cannot be forced by %j: the model decides', async toolChoice => {
    const { body, warnings } = await encode({ tools, toolChoice })
    expect([body['tool_choice'], warnings]).toEqual(['auto', [expect.stringContaining('the model decides')]])
  })

  test.each(['required', { name: 'weather' }] as const)('cannot be forced by %j: refused where it is configured so', async toolChoice => {
    const dialect = await dialectOf({ forced_tool_choice: 'refuse' })
    const ask = () => dialect.encode({ model: 'glm-4.6', messages: [], tools, toolChoice }, 'stream')
    expect(ask).toThrow(expect.objectContaining({ kind: 'bad_request', code: 'tool_choice', hint: expect.stringContaining('auto') }))
    expect(dialect.encode({ model: 'glm-4.6', messages: [], tools, toolChoice: 'auto' }, 'stream').warnings).toEqual([])
  })

  test('a search of the vendor stays when the tools of the request go', async () => {
    const { body } = await encode({ tools, toolChoice: 'none' }, { web_search: true })
    expect(body['tools']).toEqual([{ type: 'web_search', web_search: { enable: true, search_result: true } }])
    expect((await encode({}, { web_search: false })).body).not.toHaveProperty('tools')
  })
})

describe('embeddings', () => {
  test('are asked for at most 64 inputs at a time', async () => {
    const { embeddings } = await dialectOf()
    const ask = (count: number) => embeddings?.encode({ model: 'embedding-3', input: Array.from({ length: count }, () => 'a') })
    expect(ask(64)?.url).toMatch(/\/embeddings$/)
    expect(() => ask(65)).toThrow(expect.objectContaining({ kind: 'bad_request', code: 'too_many_inputs' }))
  })
})

describe('the number of tokens', () => {
  test.each<[unknown, number]>([
    [{ id: '1', usage: { prompt_tokens: 5, image_tokens: 7, total_tokens: 12 } }, 12],
    [{ usage: { prompt_tokens: 5 } }, 5]
  ])('of %j is %i', async (body, count) => {
    expect((await dialectOf()).tokens?.decode(body)).toBe(count)
  })

  test.each<[unknown, string]>([
    [{ error: { code: '1302', message: 'x' } }, 'rate_limit'],
    [{ usage: { total_tokens: -1 } }, 'protocol'],
    [null, 'protocol'],
    ['text', 'protocol']
  ])('of %j is a failure', async (body, kind) => {
    const { tokens } = await dialectOf()
    try {
      expect(tokens?.decode(body)).toBe('a failure')
    } catch (error) {
      if (!isProviderError(error)) throw error
      expect(error.kind).toBe(kind)
    }
  })
})
