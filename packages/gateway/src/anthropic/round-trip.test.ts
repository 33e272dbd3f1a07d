import { describe, expect, test } from '@jest/globals'
import type { Ask } from '@resoftai/core'
import type { ChatEvent, ChatReply, ChatRequest } from '@resoftai/sdk'
import { joinEvents, readEvents, readServerSentEvents } from '@resoftai/sdk/testing'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { messagesOf, normalized, type WireTurn } from '../../../../plugins/anthropic/test/from-wire.ts'
import { dialectWith } from '../../../../plugins/anthropic/test/reading.ts'
import { haveRecordings, recordingsOf } from '../../../../tests/recordings/load.ts'
import { messageBody } from './message-body.ts'
import { messageEvents } from './message-events.ts'
import { readMessagesBody } from './messages-body.ts'

const dialect = await dialectWith()
const marking = await dialectWith({ prompt_caching: true })
const conformance = join(import.meta.dirname, '../../../../plugins/anthropic/conformance')
const filesOf = (pattern: string) => globSync(pattern, { cwd: conformance }).map(file => [basename(file), join(conformance, file)] as const)
const bytesOf = (file: string) => readFileSync(file)
const recordings = recordingsOf('anthropic').filter(
  ({ status, request }) => status === 200 && new URL(request?.url ?? 'http://unknown/v1/messages').pathname.endsWith('/messages')
)

/** What a client would send that sends what the plugin sends. */
const throughBody = (body: unknown): Ask => readMessagesBody(body).ask

function throughStream(events: Iterable<ChatEvent>, { model, id = '' }: ChatReply): readonly ChatEvent[] {
  const stream = messageEvents({ id, model })
  const frames = [...events].map(event => stream.write(event)).join('')
  return readEvents(dialect, readServerSentEvents(Buffer.from(frames)))
}

/** Without what only the first vendor said: why it refused, and that a reply was in truth the call of a tool. */
const comparable = ({ warnings: _said, attempts: _tries, rawFinishReason: raw, ...reply }: ChatReply) => ({
  ...reply,
  rawFinishReason: reply.finishReason === 'stop' && raw === 'tool_use' ? 'end_turn' : raw,
  usage: { ...reply.usage, inputTokens: reply.usage.inputTokens ?? 0, outputTokens: reply.usage.outputTokens ?? 0 },
  // The id of a reply that had none is the gateway's.
  id: reply.id ?? ''
})

/** Without the blocks that go through the client to a stream only, because they are known at its end (`untoldData`). */
function withoutProviderData(reply: ChatReply): unknown {
  const { message, ...rest } = comparable(reply)
  const { providerData: _data, ...said } = message
  return { ...rest, message: said }
}

describe('what the plugin of this API sends', () => {
  const weather = { name: 'weather', description: 'Tells it', parameters: { type: 'object', properties: { city: { type: 'string' } } } }
  const asks: readonly (readonly [string, Omit<ChatRequest, 'model'>])[] = [
    ['a question', { messages: [{ role: 'user', content: 'Hi' }], maxTokens: 100 }],
    [
      'instructions and sampling',
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' }
        ],
        maxTokens: 100,
        temperature: 0.5,
        stop: ['END', 'STOP'],
        user: 'u-1',
        extra: { top_k: 40, service_tier: 'auto' }
      }
    ],
    [
      'images and files',
      {
        maxTokens: 100,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What?' },
              { type: 'image', url: 'data:image/png;base64,AAAA' },
              { type: 'image', url: 'https://pictures.example/1.png' },
              { type: 'file', url: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
              { type: 'file', url: 'data:text/plain;base64,R3LDvMOfZQ==', filename: 'a.txt' },
              { type: 'file', url: 'https://papers.example/1.pdf' }
            ]
          }
        ]
      }
    ],
    [
      'tools, their calls and results',
      {
        maxTokens: 100,
        tools: [weather, { ...weather, name: 'other' }],
        toolChoice: { name: 'weather' },
        parallelToolCalls: false,
        messages: [
          { role: 'user', content: 'Weather?' },
          {
            role: 'assistant',
            content: 'I look.',
            toolCalls: [
              { id: 'a', name: 'weather', arguments: '{"city":"Paris"}' },
              { id: 'b', name: 'weather', arguments: '{}' }
            ]
          },
          { role: 'tool', toolCallId: 'a', name: 'weather', content: 'sunny' },
          {
            role: 'tool',
            toolCallId: 'b',
            name: 'weather',
            isError: true,
            content: [
              { type: 'text', text: 'broken' },
              { type: 'image', url: 'https://pictures.example/1.png' }
            ]
          },
          { role: 'user', content: 'And?' }
        ]
      }
    ],
    [
      'signed thinking and a form',
      {
        maxTokens: 10_000,
        reasoningEffort: 'medium',
        responseFormat: {
          type: 'json_schema',
          name: 'reply',
          schema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false }
        },
        messages: [
          { role: 'user', content: 'Think.' },
          {
            role: 'assistant',
            content: 'So.',
            reasoning: 'Why?',
            providerData: {
              anthropic: {
                content: [
                  { type: 'thinking', thinking: 'Why?', signature: 'c2ln' },
                  { type: 'redacted_thinking', data: 'cmVk' },
                  { type: 'text', text: 'So.' }
                ]
              }
            }
          },
          { role: 'user', content: 'Go on.' }
        ]
      }
    ]
  ]
  test.each(asks)('means the same to the gateway: %s', (_, ask) => {
    expect(throughBody(dialect.encode({ model: 'claude-sonnet-4-6', ...ask }, 'whole').body)).toEqual(ask)
    expect(throughBody(marking.encode({ model: 'claude-sonnet-4-6', ...ask }, 'stream').body)).toEqual(ask)
  })

  test.each(['low', 'medium', 'high'])('a budget for the effort %s is that effort', reasoningEffort => {
    const ask: Omit<ChatRequest, 'model'> = { messages: [{ role: 'user', content: 'Hi' }], maxTokens: 10_000, reasoningEffort }
    expect(throughBody(dialect.encode({ model: 'claude-opus-4-1', ...ask }, 'whole').body)).toEqual(ask)
  })

  test.each(filesOf('encode/*.json'))('is sent again as it was: %s', (_, file) => {
    const { request, mode } = JSON.parse(readFileSync(file, 'utf8')) as { request?: ChatRequest; mode?: 'whole' | 'stream' }
    if (request?.messages === undefined) return
    const encode = (ask: ChatRequest) => dialect.encode(ask, mode ?? 'whole').body
    const first = encode(request)
    expect(encode({ ...throughBody(first), model: request.model })).toEqual(first)
  })
})

describe('replies of the plugin', () => {
  const streams = [
    ...filesOf('replies/*.sse').map(([name, file]) => [name, bytesOf(file)] as const),
    ...recordings.filter(({ kind }) => kind === 'sse').map(({ path, body }) => [path, Buffer.from(body)] as const)
  ].flatMap(([name, bytes]) => {
    const events = attempt(() => readEvents(dialect, readServerSentEvents(bytes)))
    const reply = events && attempt(() => joinEvents(events))
    return events === undefined || reply === undefined ? [] : [[name, events, reply] as const]
  })
  const bodies = [
    ...filesOf('replies/*.json').map(
      ([name, file]) => [name, (JSON.parse(readFileSync(file, 'utf8')) as { json?: unknown }).json] as const
    ),
    ...recordings.filter(({ kind }) => kind === 'json').map(({ path, body }) => [path, JSON.parse(body) as unknown] as const)
  ].flatMap(([name, body]) => {
    const reply = attempt(() => joinEvents(dialect.decode?.(body) as Iterable<ChatEvent>))
    return reply === undefined ? [] : [[name, reply] as const]
  })

  test('are there, streamed and whole', () => {
    expect(streams.length).toBeGreaterThan(4)
    expect(bodies.length).toBeGreaterThan(haveRecordings ? 50 : 4)
  })

  test.each(streams)('are the same from our frames: %s', (_, events, reply) => {
    const read = throughStream(events, reply)
    expect(withoutProviderData(joinEvents(read))).toEqual(withoutProviderData(reply))
    const pieces = (list: Iterable<ChatEvent>) =>
      [...list].filter(({ type }) => type === 'text' || type === 'reasoning' || type === 'tool_call')
    expect(pieces(read)).toEqual(pieces(events))
  })

  test.each(bodies)('are the same from our body: %s', (_, reply) => {
    const body = messageBody(reply, { id: reply.id ?? '', model: reply.model })
    expect(comparable(joinEvents(dialect.decode?.(JSON.parse(JSON.stringify(body))) as Iterable<ChatEvent>))).toEqual(comparable(reply))
  })

  test('are the same from our frames, signatures too, when those come with the thinking', () => {
    const content = [
      { type: 'thinking', thinking: 'Why?', signature: 'c2ln' },
      { type: 'thinking', thinking: '', signature: 'c2lo' },
      { type: 'text', text: 'So.' },
      { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }
    ]
    const events: readonly ChatEvent[] = [
      { type: 'start', model: 'claude', id: 'msg_1' },
      { type: 'usage', usage: { inputTokens: 9, outputTokens: 1, cachedTokens: 4, cacheWriteTokens: 2 } },
      { type: 'reasoning', text: 'Why?' },
      { type: 'reasoning', text: '', signature: 'c2ln' },
      { type: 'reasoning', text: '', signature: 'c2lo' },
      { type: 'text', text: 'So.' },
      { type: 'tool_call', index: 0, name: 'f', id: 't' },
      { type: 'tool_call', index: 0, arguments: '{"a":1}' },
      { type: 'usage', usage: { inputTokens: 9, outputTokens: 8, cachedTokens: 4, cacheWriteTokens: 2 } },
      { type: 'provider_data', data: { anthropic: { content } } },
      { type: 'finish', reason: 'tool_calls', raw: 'tool_use' }
    ]
    const unsigned = ({ type, signature }: ChatEvent & { signature?: string }) => type !== 'reasoning' || signature === undefined
    expect(throughStream(events, joinEvents(events)).filter(unsigned)).toEqual(events.filter(unsigned))
  })
})

const describeRecordings = haveRecordings ? describe : describe.skip
describeRecordings('recorded requests (skipped without ../shared/recordings)', () => {
  interface AcceptedBody {
    readonly model: string
    readonly messages: readonly WireTurn[]
    readonly tools?: readonly { readonly input_schema?: unknown }[]
  }
  const accepted = recordings.flatMap(({ path, request }) => {
    const body = request?.body as AcceptedBody | undefined
    const isOurs = body?.tools?.every(tool => tool.input_schema !== undefined) ?? true
    return body !== undefined && isOurs && attempt(() => throughBody(body)) !== undefined ? [[path, body] as const] : []
  })

  test('are taken, most of them', () => {
    expect(accepted.length).toBeGreaterThan(35)
  })

  test.each(accepted)('%s is sent as the vendor accepted it', (_, body) => {
    const { messages } = dialect.encode({ ...throughBody(body), model: body.model }, 'whole').body as {
      readonly messages: readonly WireTurn[]
    }
    expect(messages).toEqual(normalized(body.messages))
    expect(messagesOf(body.messages).length).toBeGreaterThan(0)
  })
})

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
