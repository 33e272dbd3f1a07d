import { afterEach, describe, expect, test } from '@jest/globals'
import OpenAI, { APIError, RateLimitError } from 'openai'
import {
  ProviderError,
  ReplyBuilder,
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  type ContentPart,
  type Message
} from '@resoftai/sdk'
import { fakeService, joinEvents, json, readEvents, readServerSentEvents, text, type Answer, type FakeService } from '@resoftai/sdk/testing'
import {
  chatChunks,
  chatCompletion,
  doneFrame,
  embeddingList,
  errorFrame,
  readChatBody,
  readEmbeddingBody,
  retryHeaders,
  toGatewayError,
  usageFrame
} from '../../packages/gateway/src/openai/index.ts'
import { createOpenAIDialect, type Quirks } from '../../plugins/openai-compatible/src/dialect.ts'
import { haveRecordings, openAIRecordings, type Recording } from '../recordings/load.ts'

const describeRecordings = haveRecordings ? describe : describe.skip
const head = { id: 'chatcmpl-1', model: 'groq/llama', created: 1_790_000_000 }
const dialectWith = (quirks: Quirks = {}) => createOpenAIDialect({ url: path => `https://service.example/v1${path}`, headers: {}, quirks })
const dialect = dialectWith()

/** The same choices for the same seed. */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  below(limit: number): number {
    this.#state = (this.#state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((this.#state / 2 ** 32) * limit)
  }

  maybe<T extends object>(make: () => T): T | object {
    return this.below(2) === 0 ? {} : make()
  }

  one<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)]
    if (value === undefined) throw new Error('There is nothing to choose from.')
    return value
  }

  some<T>(most: number, make: (position: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, position) => make(position))
  }

  text(): string {
    return this.one([
      'Hi',
      '你好 👋',
      '"quoted"\\',
      'line\r\n\nline',
      '\u2028\u0000',
      'data: [DONE]',
      '{"a":1}',
      ' ',
      '</think>',
      'x'.repeat(3_000)
    ])
  }
}

const seeds = Array.from({ length: 300 }, (_, position) => position * 7_919 + 1)
const schema = { type: 'object', properties: { constructor: { type: 'string' }, list: { type: 'array', items: { $ref: '#' } } } }

function makePart(dice: Dice): ContentPart {
  return dice.one<ContentPart>([
    { type: 'text', text: dice.text() },
    { type: 'image', url: 'https://pictures.example/1.png' },
    { type: 'image', url: 'data:image/png;base64,AAAA', detail: 'high' },
    { type: 'audio', data: 'AAAA', format: 'wav' },
    { type: 'file', url: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' }
  ])
}

/** One turn: a question, and perhaps an answer with calls and their results. */
function makeTurn(dice: Dice, turn: number): readonly Message[] {
  const content = dice.below(2) === 0 ? dice.text() : [makePart(dice), ...dice.some(3, () => makePart(dice))]
  const user: Message = { role: 'user', content, ...dice.maybe(() => ({ name: 'ann' })) }
  const toolCalls = dice.some(3, position => ({
    id: `call_${turn}_${position}`,
    name: 'weather',
    arguments: dice.one(['{}', '{"city":"Köln"}', '{'])
  }))
  const providerData = {
    ...dice.maybe(() => ({ reasoning_details: [{ type: 'reasoning.text', text: dice.text(), signature: 's' }] })),
    ...(toolCalls.length > 0 && dice.maybe(() => ({ extra_content: { 0: { google: { thought_signature: 's' } } } })))
  }
  const assistant: Message = {
    role: 'assistant',
    content: toolCalls.length > 0 ? dice.one(['', dice.text()]) : dice.text(),
    ...dice.maybe(() => ({ reasoning: dice.text() })),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(Object.keys(providerData).length > 0 && { providerData })
  }
  const results = toolCalls.map(({ id }): Message => ({ role: 'tool', toolCallId: id, content: dice.text() }))
  return dice.below(3) === 0 ? [user] : [user, assistant, ...results]
}

function makeRequest(dice: Dice): ChatRequest {
  const system: Message[] = dice.some(1, () => ({ role: 'system', content: dice.text() }))
  const tools = [{ name: 'weather', parameters: schema, ...dice.maybe(() => ({ description: dice.text(), strict: true })) }]
  return {
    model: 'm',
    messages: [...system, ...makeTurn(dice, 0), ...dice.some(3, turn => makeTurn(dice, turn + 1)).flat()],
    ...dice.maybe(() => ({ temperature: dice.below(20) / 10, topP: 0.5 })),
    ...dice.maybe(() => ({ maxTokens: 99, seed: -1, presencePenalty: -2, frequencyPenalty: 0 })),
    ...dice.maybe(() => ({ stop: dice.one([['a'], ['a', '\n']]) })),
    ...dice.maybe(() => ({
      tools,
      ...dice.maybe(() => ({ toolChoice: dice.one(['auto', 'none', 'required', { name: 'weather' }] as const), parallelToolCalls: false }))
    })),
    ...dice.maybe(() => ({
      responseFormat: dice.one([
        { type: 'text' },
        { type: 'json' },
        { type: 'json_schema', name: 'place', schema },
        { type: 'json_schema', name: 'place', schema, strict: true, description: 'A place' }
      ] as const)
    })),
    ...dice.maybe(() => ({ reasoningEffort: 'low', user: 'u-1' })),
    ...dice.maybe(() => ({ extra: { top_k: 40, metadata: { a: [null, { b: dice.text() }] } } }))
  }
}

function sent(request: ChatRequest, quirks: Quirks, mode: 'stream' | 'whole' = 'whole'): unknown {
  return JSON.parse(JSON.stringify(dialectWith(quirks).encode(request, mode).body))
}

describe('a request that the plugin openai-compatible encodes', () => {
  const replay = ['reasoning_content', 'reasoning_details', 'extra_content'] as const

  test.each(seeds)('is read as what it was (seed %i)', seed => {
    const request = makeRequest(new Dice(seed))
    const { model, ...ask } = request
    expect(readChatBody(sent(request, { replay }))).toEqual({
      model,
      ask,
      stream: false,
      includeUsage: false,
      n: 1,
      functions: false,
      warnings: []
    })
    expect(
      readChatBody(sent(request, { replay, rename: { max_tokens: 'max_completion_tokens' }, systemRole: 'developer' }, 'stream'))
    ).toMatchObject({
      stream: true,
      includeUsage: true,
      ask
    })
  })

  test('is read in the older form too', () => {
    const call = (id: string, name: string) => ({ id, name, arguments: '{"a":1}' })
    const messages: readonly Message[] = [
      { role: 'user', content: 'Weather and time?' },
      { role: 'assistant', content: '', toolCalls: [call('x', 'weather'), call('y', 'time')] },
      { role: 'tool', toolCallId: 'x', content: 'sunny' },
      { role: 'tool', toolCallId: 'y', content: 'noon' }
    ]
    const tools = [
      { name: 'weather', parameters: schema },
      { name: 'time', parameters: schema }
    ]
    const { ask, functions } = readChatBody(sent({ model: 'm', messages, tools, toolChoice: { name: 'time' } }, { toolStyle: 'functions' }))
    expect(functions).toBe(true)
    expect(ask).toEqual({
      messages: [
        { role: 'user', content: 'Weather and time?' },
        { role: 'assistant', content: '', toolCalls: [call('call_1', 'weather')] },
        { role: 'tool', toolCallId: 'call_1', name: 'weather', content: 'sunny' },
        { role: 'assistant', content: '', toolCalls: [call('call_3', 'time')] },
        { role: 'tool', toolCallId: 'call_3', name: 'time', content: 'noon' }
      ],
      tools,
      toolChoice: { name: 'time' },
      parallelToolCalls: false
    })
  })

  test.each(seeds.slice(0, 20))('for embeddings is read as what it was (seed %i)', seed => {
    const dice = new Dice(seed)
    const ask = {
      input: [dice.text(), ...dice.some(3, () => dice.text())],
      ...dice.maybe(() => ({ dimensions: 8, user: 'u', extra: { a: [1] } }))
    }
    const { body } = dialect.embeddings.encode({ model: 'm', ...ask })
    expect(readEmbeddingBody(body)).toEqual({ model: 'm', ask, encodingFormat: 'float' })
  })
})

function makeEvents(dice: Dice): readonly ChatEvent[] {
  const events: ChatEvent[] = [{ type: 'start', model: 'llama' }]
  for (const _ of dice.some(3, () => 0)) events.push({ type: 'reasoning', text: dice.text() })
  for (const _ of dice.some(6, () => 0)) events.push({ type: 'text', text: dice.text() })
  const calls = dice.some(3, index => ({ index, pieces: dice.one([['{}'], ['{"a"', ':1', '}'], ['{"a":"', '{', '"}'], []]) }))
  for (const { index, pieces } of calls) {
    const [first, ...rest] = pieces
    events.push({ type: 'tool_call', index, id: `c${index}`, name: dice.one(['f', 'g']), ...(first !== undefined && { arguments: first }) })
    for (const piece of rest) events.push({ type: 'tool_call', index, arguments: piece })
  }
  for (const place of dice.some(3, position => position)) {
    events.push({ type: 'citation', citation: { url: `https://a.example/${place}`, ...dice.maybe(() => ({ title: 'A' })) } })
  }
  if (dice.below(2) === 0) events.push({ type: 'provider_data', data: { own: { signature: dice.text() } } })
  const usage = {
    inputTokens: 9,
    outputTokens: 5,
    totalTokens: 14,
    ...dice.maybe(() => ({ cachedTokens: 3, reasoningTokens: 2, cacheWriteTokens: 1 }))
  }
  if (dice.below(4) > 0) events.push({ type: 'usage', usage })
  const reason = calls.length > 0 ? dice.one(['tool_calls', 'length'] as const) : dice.one(['stop', 'length', 'content_filter'] as const)
  events.push({ type: 'finish', reason })
  return events
}

/** A whole stream as bytes. */
function streamOf(events: readonly ChatEvent[]): string {
  const reply = chatChunks({ ...head, includeUsage: true })
  return events.map(event => reply.write(event)).join('') + usageFrame(head, [reply]) + doneFrame
}

function joined(events: readonly ChatEvent[]): ChatReply {
  const builder = new ReplyBuilder()
  for (const event of events) builder.add(event)
  return builder.reply()
}

const readStream = (bytes: string) => readEvents(dialect, readServerSentEvents(Buffer.from(bytes)))

/** What OpenAI's shape can tell of a reply, in the form that both ways have. */
function essence({ content, reasoning, toolCalls, finishReason, usage, citations }: ChatReply) {
  const { inputTokens, outputTokens, totalTokens, ...details } = usage
  const whole =
    inputTokens !== undefined && outputTokens !== undefined ? Math.max(totalTokens ?? 0, inputTokens + outputTokens) : totalTokens
  return {
    content,
    reasoning,
    toolCalls,
    // Clients know no other words.
    finishReason: finishReason === 'unknown' ? (toolCalls.length > 0 ? 'tool_calls' : 'stop') : finishReason,
    usage: {
      inputTokens,
      outputTokens: whole === undefined || inputTokens === undefined ? outputTokens : whole - inputTokens,
      totalTokens: whole,
      ...details
    },
    citations
  }
}

/** The message of a completion, sent back by the client, as the next request holds it. */
function sentBack(message: unknown): Message | undefined {
  return readChatBody({ model: 'm', messages: [JSON.parse(JSON.stringify(message))] }).ask.messages[0]
}

function completionOf(reply: ChatReply): { readonly choices: readonly { readonly message: unknown }[] } {
  return JSON.parse(JSON.stringify(chatCompletion({ ...head, replies: [reply] }))) as ReturnType<typeof completionOf>
}

describe('a reply that the plugin openai-compatible reads', () => {
  test.each(seeds)('is what it was, in a stream and whole (seed %i)', seed => {
    const events = makeEvents(new Dice(seed))
    const reply = joined(events)
    expect(essence(joinEvents(readStream(streamOf(events))))).toEqual(essence(reply))
    const completion = completionOf(reply)
    expect(essence(joinEvents(dialect.decode(completion)))).toEqual(essence(reply))
    expect(sentBack(completion.choices[0]?.message)).toEqual(reply.message)
  })

  test('comes piece by piece as it was told', () => {
    const events: readonly ChatEvent[] = [
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: 'so' },
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      { type: 'tool_call', index: 0, id: 'a', name: 'f', arguments: '{"x"' },
      { type: 'tool_call', index: 0, arguments: ':1}' },
      { type: 'citation', citation: { url: 'https://a.example', title: 'A' } },
      { type: 'finish', reason: 'tool_calls' },
      { type: 'usage', usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } }
    ]
    const usage = events.slice(-1)
    expect(readStream(streamOf([...usage, ...events.slice(0, -1)]))).toEqual([{ type: 'start', model: head.model, id: head.id }, ...events])
  })
})

describeRecordings('recorded exchanges (skipped without ../shared/recordings)', () => {
  const chats = openAIRecordings('chat')
  const named = (recording: Recording) => [recording.path, recording] as const

  function eventsOf({ kind, body, status }: Recording): readonly ChatEvent[] {
    if (kind === 'sse') return readStream(body)
    const value: unknown = JSON.parse(body)
    const error = dialect.decodeError?.(status, value, new Headers())
    if (error !== undefined) throw error
    return [...dialect.decode(value)]
  }

  test.each(chats.map(named))('%s is told on as it was read', (_, recording) => {
    let reply: ChatReply
    try {
      reply = joinEvents(eventsOf(recording))
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
      return
    }
    const told = joinEvents(dialect.decode(completionOf(reply)))
    expect(essence(told)).toEqual(essence(reply))
    const { finishReason, message } = reply
    const events = eventsOf(recording).filter(({ type }) => type !== 'finish')
    const streamed = joinEvents(readStream(streamOf([...events, { type: 'finish', reason: finishReason }])))
    expect(essence(streamed)).toEqual(essence(reply))
    expect(sentBack(completionOf(reply).choices[0]?.message)).toEqual(message)
  })

  const requests = chats.flatMap(({ path, request }) => {
    const body = request?.body
    return typeof body === 'object' && body !== null ? [[path, { model: 'm', ...body }] as const] : []
  })
  /** Parts and tools that one vendor has made up: a request has no place for them. */
  const isOwn = (body: object) => /"type":"(?:thinking|video_url|document_url|openrouter:\w+|web_search\w*)"/.test(JSON.stringify(body))

  test.each(requests.filter(([, body]) => !isOwn(body)))(
    '%s: its request is taken, and says the same when it is encoded again',
    (_, body) => {
      const { ask } = readChatBody(body)
      const again = readChatBody(sent({ ...ask, model: 'm' }, {})).ask
      expect({ ...again, messages: again.messages.length }).toEqual({ ...ask, messages: ask.messages.length })
    }
  )

  test.each(requests.filter(([, body]) => isOwn(body)))('%s: its request is refused by the name of what is the vendor’s own', (_, body) => {
    expect(() => readChatBody(body)).toThrow(expect.objectContaining({ status: 400, param: expect.stringMatching(/\.type$/) }))
  })

  test('there are some of each kind', () => {
    expect(chats.filter(({ kind }) => kind === 'sse').length).toBeGreaterThan(10)
    expect(requests.length).toBeGreaterThan(10)
  })
})

describe('the official client', () => {
  let service: FakeService

  afterEach(() => service.close())

  async function clientOf(answer: Answer, maxRetries = 2): Promise<OpenAI> {
    service = await fakeService(answer)
    return new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'k', maxRetries })
  }

  const streamed = (bytes: string) => text(bytes, { headers: { 'content-type': 'text/event-stream' } })
  const failing = (error: unknown) => {
    const answer = toGatewayError(error)
    return json(answer, { status: answer.status, headers: retryHeaders(answer) })
  }
  const question = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] }

  test.each(seeds.slice(0, 40))('joins the chunks to the whole completion, and what it sends back is the message (seed %i)', async seed => {
    const events = makeEvents(new Dice(seed))
    const reply = joined(events)
    const client = await clientOf(streamed(streamOf(events)))
    const stream = client.chat.completions.stream({ ...question, stream_options: { include_usage: true } })
    if (reply.finishReason === 'content_filter' || reply.finishReason === 'length') {
      for await (const _ of stream) void _
    }
    const completion = await stream.finalChatCompletion()
    const { reasoning: _, ...message } = reply.message
    const { reasoning: __, ...back } = sentBack(completion.choices[0]?.message) as typeof reply.message
    expect(back).toEqual(message)
    expect(completion.choices[0]?.finish_reason).toBe(reply.finishReason)
    expect(completion.usage?.total_tokens).toBe(reply.usage.totalTokens)
  })

  test('throws a failure in the middle of a stream, with its code, behind what came before', async () => {
    const reply = chatChunks({ ...head, includeUsage: true })
    const bytes = reply.write({ type: 'text', text: 'Hel' }) + errorFrame(new ProviderError('truncated', 'cut', { provider: 'groq' }))
    const client = await clientOf(streamed(bytes))
    const seen: string[] = []
    const read = async () => {
      for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
        seen.push(chunk.choices[0]?.delta.content ?? '')
      }
    }
    const error = await read().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'provider_truncated', type: 'api_error' })
    expect(seen.join('')).toBe('Hel')
  })

  test.each([
    ['a spent budget', new ProviderError('quota', 'spent', { code: 'budget', retryable: false }), 402],
    ['the quota of a provider', new ProviderError('quota', 'spent'), 429],
    ['a key of the gateway that is refused', new ProviderError('auth', 'no'), 502],
    ['a model that nobody has', new ProviderError('not_found', 'no'), 404],
    ['a conversation that is too long', new ProviderError('context_length', 'no'), 400]
  ])('does not repeat a request that met %s', async (_, failure, status) => {
    const client = await clientOf(failing(failure))
    await expect(client.chat.completions.create(question)).rejects.toMatchObject({ status, code: toGatewayError(failure).code })
    expect(service.requests).toHaveLength(1)
  })

  test('repeats a request that met a limit, and then says which', async () => {
    const client = await clientOf(failing(new ProviderError('rate_limit', 'slow', { retryAfterMs: 1 })), 1)
    const error = await client.chat.completions.create(question).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ code: 'rate_limit_exceeded' })
    expect(service.requests).toHaveLength(2)
  })

  test('reads embeddings as it asks for them', async () => {
    service = await fakeService(({ body }) => {
      const { encodingFormat, model } = readEmbeddingBody(JSON.parse(body))
      return json(embeddingList({ model, vectors: [[0.5, -2, 1e-3]], usage: { inputTokens: 2 } }, encodingFormat))
    })
    const client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'k' })
    const { data, usage } = await client.embeddings.create({ model: 'm', input: 'a' })
    expect(JSON.parse(service.requests[0]?.body ?? '')).toHaveProperty('encoding_format', 'base64')
    expect(data[0]?.embedding).toEqual([0.5, -2, Math.fround(1e-3)])
    expect(usage).toEqual({ prompt_tokens: 2, total_tokens: 2 })
  })
})
