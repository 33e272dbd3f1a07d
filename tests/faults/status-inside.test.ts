import { describe, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { json, sse, text, type Answer, type Respond } from '@resoftai/sdk/testing'
import type { ChatEvent, ProviderError } from 'resoftai'
import {
  completion,
  connect,
  delta,
  failureOf,
  finished,
  question,
  readAll,
  said,
  vendorError,
  withVendor,
  type HostSetup
} from './support.ts'

const headers = { 'x-request-id': 'req-1' }
const once = { retry: { max_retries: 1, base_delay: 0.01 } }
const coze: HostSetup = { settings: { plugin: 'coze', bot_id: '7379462189365198898', ...once } }

const event = (name: string, value: unknown) => ({ event: name, data: JSON.stringify(value) })
const chat = { id: 'chat-1', conversation_id: 'talk-1', bot_id: '7379462189365198898' }
const spoken = { id: 'message-1', chat_id: 'chat-1', conversation_id: 'talk-1', role: 'assistant', type: 'answer', content_type: 'text' }
const created = event('conversation.chat.created', { ...chat, status: 'created' })
const piece = (content: string) => event('conversation.message.delta', { ...spoken, content })
const completed = event('conversation.chat.completed', { ...chat, usage: { input_count: 3, output_count: 2, token_count: 5 } })
const done = event('done', '[DONE]')
const named = (...events: readonly (object | string)[]) => sse(events, { done: false, headers })

interface Ending {
  readonly error: ProviderError | undefined
  readonly text: string
  readonly calls: number
  readonly finishes: readonly ChatEvent[]
}

/** How a stream ends: with one error and no finish, or the other way round. */
async function ending(respond: Respond, setup?: HostSetup): Promise<Ending> {
  await using vendor = await withVendor(respond, setup)
  const { events, text: shown, error } = await readAll(vendor.provider.stream(question))
  const finishes = events.filter(({ type }) => type === 'finish')
  expect(finishes).toHaveLength(error === undefined ? 1 : 0)
  return { error, text: shown, calls: vendor.service.requests.length, finishes }
}

describe('Coze, with its named events and errors of status 200', () => {
  test('is read like any other when all is well', async () => {
    const stream = named(created, piece('Hel'), piece('lo'), completed, done)
    expect(await ending(stream, coze)).toMatchObject({ text: 'Hello', calls: 1, finishes: [{ reason: 'stop' }] })
    await using vendor = await withVendor(stream, coze)
    expect(await vendor.provider.chat(question)).toMatchObject({
      content: 'Hello',
      usage: { inputTokens: 3, outputTokens: 2 },
      id: 'chat-1'
    })
  })

  test.each<[number, string, number]>([
    [4000, 'bad_request', 1],
    [4019, 'quota', 1],
    [4028, 'quota', 1],
    [4100, 'auth', 1],
    [4105, 'content_filter', 1],
    [4200, 'not_found', 1],
    [5000, 'server', 2]
  ])('H27 a JSON body with code %i in place of the stream is %s, asked %i times', async (code, kind, calls) => {
    const body = { code, msg: 'what they say', detail: { logid: 'x' } }
    const quick = { 'x-request-id': 'req-1', 'retry-after-ms': '100' }
    const message: unknown = expect.stringContaining('what they say')
    const seen = { kind, vendorCode: String(code), status: 200, message, requestId: 'x' }
    const asEvents = json(body, { headers: { ...quick, 'content-type': 'text/event-stream' } })
    await using vendor = await withVendor(json(body, { headers: quick }), coze)
    const [asJson, labelled, whole] = await Promise.all([
      ending(json(body, { headers: quick }), coze),
      ending(asEvents, coze),
      failureOf(vendor.provider.chat(question))
    ])
    expect(asJson).toMatchObject({ error: seen, text: '', calls })
    expect(asJson.error?.attempts).toHaveLength(calls)
    expect(labelled).toMatchObject({ error: seen, calls })
    expect(whole).toMatchObject(seen)
  })

  test('H27 the same through the OpenAI dialect', async () => {
    expect(await ending(json({ code: 4101, msg: 'The token you entered is incorrect' }, { headers }))).toMatchObject({
      error: { kind: 'auth', vendorCode: '4101', status: 200, requestId: 'req-1' },
      calls: 1
    })
  })

  test('H27 a list of models, a vector and a probe of health that are errors with status 200', async () => {
    await using vendor = await withVendor(json({ code: 4101, msg: 'wrong token' }, { headers }))
    const seen = { kind: 'auth', vendorCode: '4101', status: 200, requestId: 'req-1' }
    expect(await failureOf(vendor.provider.models())).toMatchObject(seen)
    expect(await failureOf(vendor.provider.embed({ input: ['x'] }))).toMatchObject(seen)
    expect(await vendor.provider.health()).toMatchObject({ ok: false, error: { kind: 'auth', message: 'wrong token' } })
  })

  test('H28 conversation.chat.failed before any text is repeated, and never done', async () => {
    const failed = event('conversation.chat.failed', { ...chat, status: 'failed', last_error: { code: 5000, msg: 'event interval error' } })
    const { error, calls } = await ending(named(created, failed, done), coze)
    expect(error).toMatchObject({
      kind: 'server',
      vendorCode: '5000',
      status: 200,
      requestId: 'req-1',
      message: expect.stringContaining('event interval error')
    })
    expect([calls, error?.attempts.length]).toEqual([2, 2])
    expect(await ending([named(created, failed, done), named(created, piece('ok'), completed, done)], coze)).toMatchObject({
      text: 'ok',
      calls: 2
    })
  })

  test('H28 conversation.chat.failed behind text keeps the text and is not repeated', async () => {
    const failed = event('conversation.chat.failed', { ...chat, last_error: { code: 4028, msg: 'free quota used up' } })
    expect(await ending(named(created, piece('Half'), failed, done), coze)).toMatchObject({
      error: { kind: 'quota', vendorCode: '4028', partial: 'Half', retryable: false },
      text: 'Half',
      calls: 1
    })
  })

  test.each([
    ['with a code', { code: 4016, msg: 'another chat is running' }, 'server', '4016'],
    ['without anything', {}, 'server', undefined]
  ])('H28 an event named error, %s, is one', async (_what, data, kind, vendorCode) => {
    expect(await ending(named(created, piece('Half'), event('error', data), done), coze)).toMatchObject({
      error: { kind, vendorCode, partial: 'Half' },
      calls: 1
    })
  })

  test('H28 conversation.chat.requires_action is a call of a tool, not the end of a reply', async () => {
    const calls = [{ id: 'call-1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } }]
    const required_action = { type: 'submit_tool_outputs', submit_tool_outputs: { tool_calls: calls } }
    await using vendor = await withVendor(
      named(created, event('conversation.chat.requires_action', { ...chat, required_action }), done),
      coze
    )
    expect(await vendor.provider.chat(question)).toMatchObject({
      finishReason: 'tool_calls',
      toolCalls: [{ id: 'call-1', name: 'weather', arguments: '{"city":"Paris"}' }]
    })
  })

  test('H28 a stream that stops without completed is cut', async () => {
    expect(await ending(named(created, piece('Half')), coze)).toMatchObject({
      error: { kind: 'truncated', partial: 'Half' },
      calls: 1
    })
  })
})

describe('a failure told inside a stream', () => {
  test.each(['zhipu', 'openai-compatible'])('H29 Zhipu 1305 behind text is overloaded and keeps the text (%s)', async plugin => {
    const busy = vendorError('该模型当前访问量过大', { code: '1305' })
    expect(await ending(sse([said('Half'), busy], { headers }), { settings: { plugin } })).toMatchObject({
      error: { kind: 'overloaded', vendorCode: '1305', partial: 'Half', status: 200, requestId: 'req-1', retryable: true },
      text: 'Half',
      calls: 1
    })
    const again = [sse([busy]), sse([said('ok'), finished()])]
    expect(await ending(again, { settings: { plugin, ...once } })).toMatchObject({ text: 'ok', calls: 2 })
  })

  test.each([
    ['network_error', 'server', true],
    ['model_context_window_exceeded', 'context_length', false],
    ['insufficient_system_resource', 'overloaded', true],
    ['error', 'server', true]
  ])('H30 a reply that ends with %s is an error of kind %s', async (word, kind, retryable) => {
    const seen = { kind, vendorCode: word, retryable }
    expect(await ending(sse([said('Half'), finished(word)], { headers }), { settings: { plugin: 'zhipu' } })).toMatchObject({ error: seen })
    expect(await ending(sse([said('Half'), finished(word)], { headers }))).toMatchObject({
      error: { ...seen, partial: 'Half', status: 200, requestId: 'req-1' },
      calls: 1
    })
    expect(await ending(sse([finished(word)]), { settings: once })).toMatchObject({ error: seen, calls: retryable ? 2 : 1 })
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Half' }, finish_reason: word }]
    await using vendor = await withVendor(json(completion('', { choices })), { settings: once })
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ ...seen, status: 200 })
    expect(vendor.service.requests).toHaveLength(retryable ? 2 : 1)
  })

  test('H30 a reply whose plugin says that it ended with an error is no success', async () => {
    const cancelled = named(created, piece('Half'), event('conversation.chat.canceled', chat), done)
    const saysError: HostSetup = {
      settings: { plugin: 'named-events' },
      pluginPaths: [join(import.meta.dirname, 'plugins', 'named-events')]
    }
    expect(await ending(cancelled, saysError)).toMatchObject({
      error: { kind: 'server', vendorCode: 'canceled', partial: 'Half', status: 200, requestId: 'req-1' },
      calls: 1
    })
    await using vendor = await withVendor(cancelled, coze)
    expect((await failureOf(vendor.provider.chat(question))).kind).toBe('server')
  })

  test('H30 the same from a plugin that answers without HTTP', async () => {
    await using client = await connect('http://127.0.0.1:9', { config: { providers: { simulator: {} } }, settings: once })
    const provider = await client.host.provider('simulator')
    const ended = { ...question, extra: { simulator: { text: 'Half', finishReason: 'error' } } }
    expect(await failureOf(provider.chat(ended))).toMatchObject({ kind: 'server', provider: 'simulator' })
    const { events, text: shown, error } = await readAll(provider.stream(ended))
    expect(events.filter(({ type }) => type === 'finish')).toEqual([])
    expect([shown, error?.kind, error?.partial]).toEqual(['Half', 'server', 'Half'])
  })

  test.each<[string, object, string, string]>([
    [
      'an event named error (Groq)',
      event('error', vendorError('no tool', { type: 'invalid_request_error', code: 'tool_use_failed' })),
      'bad_request',
      'tool_use_failed'
    ],
    [
      'an event named error (Anthropic)',
      event('error', { type: 'error', error: { type: 'overloaded_error', message: 'x' } }),
      'overloaded',
      'overloaded_error'
    ],
    [
      'a chunk with an error and the reason error (OpenRouter)',
      { ...delta({ content: '' }, 'error'), error: { code: 502, message: 'x' } },
      'server',
      '502'
    ],
    [
      'a choice with an error (OpenRouter)',
      { id: 'c1', choices: [{ index: 0, error: { code: 429, message: 'x' }, finish_reason: 'error' }] },
      'rate_limit',
      '429'
    ]
  ])('H31 %s is an error, not the end', async (_what, chunk, kind, vendorCode) => {
    expect(await ending(sse([said('Half'), chunk], { headers }))).toMatchObject({
      error: { kind, vendorCode, partial: 'Half', status: 200, requestId: 'req-1' },
      text: 'Half',
      calls: 1
    })
  })

  test('H31 an event named error without an end mark, and with words only', async () => {
    expect(await ending(sse([said('Half'), { event: 'error', data: 'out of memory' }], { done: false }))).toMatchObject({
      error: { kind: 'server', message: 'out of memory', partial: 'Half' }
    })
  })
})

describe('what nobody has seen before', () => {
  test('H32 an unknown code is passed on and judged by the status', async () => {
    await using vendor = await withVendor(json(vendorError('novel', { code: 'never_seen', type: 'novelty', since: 2027 }), { status: 418 }))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({
      kind: 'bad_request',
      vendorCode: 'never_seen',
      status: 418,
      message: 'novel'
    })
  })

  test('H32 an unknown reason to finish is passed on', async () => {
    expect(await ending(sse([said('ok'), finished('bored')]))).toMatchObject({
      text: 'ok',
      finishes: [{ reason: 'unknown', raw: 'bored' }]
    })
    const choices = [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'bored' }]
    await using vendor = await withVendor(json(completion('', { choices })))
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'ok', finishReason: 'unknown' })
  })

  test('H32 unknown fields do no harm', async () => {
    const odd = { novel: { deep: [1, null] }, logprobs: 7, service_tier: false }
    const chunks = [said('ok'), finished()].map(chunk => ({ ...chunk, ...odd }))
    expect(await ending(sse([{ ...odd, choices: [] }, ...chunks, { event: 'novel', data: '{"choices":[]}' }]))).toMatchObject({
      text: 'ok'
    })
    await using vendor = await withVendor(json(completion('ok', odd)))
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'ok', finishReason: 'stop' })
  })

  test.each<[string, Answer]>([
    ['JSON in plain text', text(JSON.stringify(vendorError('x', { code: 'insufficient_quota' })), { status: 429 })],
    [
      'JSON as bytes (DeepSeek)',
      text(JSON.stringify(vendorError('x', { code: 'insufficient_quota' })), {
        status: 429,
        headers: { 'content-type': 'application/octet-stream' }
      })
    ],
    [
      'JSON as a page',
      text(JSON.stringify(vendorError('x', { code: 'insufficient_quota' })), { status: 429, headers: { 'content-type': 'text/html' } })
    ],
    ['JSON in a list (Gemini)', json([vendorError('x', { code: 'insufficient_quota' })], { status: 429 })],
    [
      'JSON behind blank lines (DeepSeek)',
      text(`\n\n${JSON.stringify(vendorError('x', { code: 'insufficient_quota' }))}`, { status: 429 })
    ],
    ['a stream', sse([vendorError('x', { code: 'insufficient_quota' })])]
  ])('H32 an error is read by what it is, not by its content type: %s', async (_what, answer) => {
    expect(await ending(answer)).toMatchObject({ error: { kind: 'quota', vendorCode: 'insufficient_quota', message: 'x' }, calls: 1 })
  })
})
