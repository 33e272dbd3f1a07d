import { afterEach, describe, expect, test } from '@jest/globals'
import Anthropic, { APIError, InternalServerError, NotFoundError, RateLimitError } from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { ProviderError, ReplyBuilder, type ChatEvent, type ChatReply } from '@resoftai/sdk'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toGatewayError } from '../openai/index.ts'
import { countTokensBody, readCountTokensBody } from './count-tokens.ts'
import { errorFrame, toAnthropicError } from './errors.ts'
import { messageBody } from './message-body.ts'
import { messageEvents } from './message-events.ts'
import { readMessagesBody, type MessagesQuestion } from './messages-body.ts'

const head = { id: 'msg_1', model: 'gemini/pro' }
const question = { model: 'gemini/pro', max_tokens: 1000, messages: [{ role: 'user' as const, content: 'Hi' }] }

/** Said in answer to a question; an error ends it. */
type Answer = (question: MessagesQuestion) => readonly (ChatEvent | Error)[]

let server: Server | undefined
afterEach(() => new Promise(done => (server === undefined ? done(undefined) : server.close(done))))

async function clientOf(answer: Answer): Promise<Anthropic> {
  server = createServer((request, response) => void reply(answer, request, response))
  await new Promise<void>(done => server?.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return new Anthropic({ apiKey: 'key', baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 })
}

async function reply(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const chunks = await request.toArray()
    const body: unknown = JSON.parse(Buffer.concat(chunks as Buffer[]).toString())
    if (request.url === '/v1/messages/count_tokens') {
      writeJson(response, 200, countTokensBody(readCountTokensBody(body).ask.messages.length))
      return
    }
    const asked = readMessagesBody(body)
    const events = answer(asked)
    if (asked.stream) writeStream(response, events)
    else writeJson(response, 200, messageBody(join(events), head))
  } catch (error) {
    const failure = toGatewayError(error)
    writeJson(response, failure.status, toAnthropicError(failure, 'req_1'))
  }
}

function writeJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function writeStream(response: ServerResponse, events: readonly (ChatEvent | Error)[]): void {
  const stream = messageEvents(head)
  const [first] = events
  if (first instanceof Error) throw first
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of events) response.write(event instanceof Error ? errorFrame(event, 'req_1') : stream.write(event))
  response.end()
}

function join(events: readonly (ChatEvent | Error)[]): ChatReply {
  const builder = new ReplyBuilder('m')
  for (const event of events) {
    if (event instanceof Error) throw event
    builder.add(event)
  }
  return builder.reply()
}

const signature = { contents: [{ thoughtSignature: 'c2ln' }] }
const said: readonly ChatEvent[] = [
  { type: 'start', model: 'pro' },
  { type: 'usage', usage: { inputTokens: 20, cachedTokens: 5 } },
  { type: 'reasoning', text: 'Let me ' },
  { type: 'reasoning', text: 'think.' },
  { type: 'text', text: 'It ' },
  { type: 'text', text: 'is.' },
  { type: 'citation', citation: { url: 'https://a.example', title: 'A' } },
  { type: 'usage', usage: { inputTokens: 21, outputTokens: 7 } },
  { type: 'provider_data', data: { gemini: signature } },
  { type: 'finish', reason: 'stop' }
]
const called: readonly ChatEvent[] = [
  { type: 'text', text: 'I look.' },
  { type: 'tool_call', index: 0, id: 'call_1', name: 'weather', arguments: '{"city":' },
  { type: 'tool_call', index: 0, arguments: '"Paris"}' },
  { type: 'tool_call', index: 1, name: 'weather' },
  { type: 'provider_data', data: { gemini: signature } },
  { type: 'finish', reason: 'tool_calls' }
]

describe('the official client', () => {
  test('streams a text with its helpers, and adds it up to the message that a whole reply is', async () => {
    const client = await clientOf(() => said)
    const stream = client.messages.stream(question)
    const seen = { text: '', thinking: '', citations: [] as string[] }
    stream.on('text', piece => (seen.text += piece))
    stream.on('thinking', piece => (seen.thinking += piece))
    stream.on('citation', citation => seen.citations.push((citation as { url: string }).url))
    const message = await stream.finalMessage()
    expect(seen).toEqual({ text: 'It is.', thinking: 'Let me think.', citations: ['https://a.example'] })
    expect(await stream.finalText()).toBe('It is.')
    expect(message).toMatchObject({
      ...head,
      type: 'message',
      role: 'assistant',
      stop_reason: 'end_turn',
      usage: { input_tokens: 16, cache_read_input_tokens: 5, output_tokens: 7 }
    })
    const whole = await client.messages.create(question)
    expect(message.content).toEqual(whole.content)
    expect(message.usage).toEqual(whole.usage)
    expect(message.stop_reason).toBe(whole.stop_reason)
  })

  test('sends back what it got, and nothing of it is lost on the way', async () => {
    const client = await clientOf(() => called)
    const { content } = await client.messages.stream(question).finalMessage()
    const [asked, answered] = readMessagesBody({ ...question, messages: [...question.messages, { role: 'assistant', content }] }).ask
      .messages
    expect(asked).toEqual(question.messages[0])
    const { message } = join(called)
    const calls = message.toolCalls?.map((call, index) => ({ ...call, id: index === 1 ? 'toolu_1_msg_1' : call.id }))
    expect(answered).toEqual({ ...message, toolCalls: calls })
  })

  test('reads the calls of tools', async () => {
    const client = await clientOf(() => called)
    const inputs: unknown[] = []
    const message = await client.messages
      .stream(question)
      .on('inputJson', (_, snapshot) => inputs.push(snapshot))
      .finalMessage()
    expect(inputs.at(-1)).toEqual({ city: 'Paris' })
    expect(message.stop_reason).toBe('tool_use')
    expect(message.content.slice(1, 3)).toEqual([
      { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Paris' } },
      { type: 'tool_use', id: 'toolu_1_msg_1', name: 'weather', input: {} }
    ])
  })

  // Its loop asks for a conversation that the vendor keeps, and goes on with whole ones when that is refused.
  test.each([false, true])('runs tools by itself until the model is done (stream: %j)', async stream => {
    const asked: MessagesQuestion[] = []
    const client = await clientOf(now => {
      asked.push(now)
      return asked.length === 1 ? called : said
    })
    const weather = betaTool({
      name: 'weather',
      description: 'Tells the weather of a city',
      inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
      run: ({ city }) => (city === undefined ? 'Which city?' : `sunny in ${city}`)
    })
    const last = await client.beta.messages.toolRunner({ ...question, tools: [weather], stream }).runUntilDone()
    expect(last.content).toContainEqual(expect.objectContaining({ type: 'text', text: 'It is.' }))
    expect(asked).toHaveLength(2)
    expect(asked[1]?.ask.tools).toMatchObject([{ name: 'weather', parameters: { type: 'object' } }])
    expect(asked[1]?.ask.messages.slice(1)).toMatchObject([
      { role: 'assistant', content: 'I look.', providerData: { gemini: signature } },
      { role: 'tool', name: 'weather', toolCallId: 'call_1', content: 'sunny in Paris' },
      { role: 'tool', name: 'weather', content: 'Which city?' }
    ])
  })

  test('is told that no conversation is kept here, where it wants that', async () => {
    const client = await clientOf(() => said)
    const failure = client.beta.messages.thread({ model: 'm', max_tokens: 10 }).send(question.messages)
    await expect(failure).rejects.toMatchObject({ errorCode: 'thread_unsupported_request' })
  })

  test('counts tokens', async () => {
    const client = await clientOf(() => [])
    const { model, messages } = question
    expect(await client.messages.countTokens({ model, messages, system: 'Be brief.' })).toEqual({ input_tokens: 2 })
  })

  test.each([
    ['not_found', NotFoundError],
    ['rate_limit', RateLimitError],
    ['server', InternalServerError]
  ] as const)('knows a failure %s by its class', async (kind, failure) => {
    const client = await clientOf(() => [new ProviderError(kind, 'x')])
    await expect(client.messages.create(question)).rejects.toBeInstanceOf(failure)
    await expect(client.messages.stream(question).finalMessage()).rejects.toBeInstanceOf(failure)
  })

  test('is told which field is wrong', async () => {
    const client = await clientOf(() => said)
    const failure = client.messages.create({ ...question, stop_sequences: 'END' as unknown as string[] })
    await expect(failure).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringContaining('`stop_sequences`')
    })
  })

  test('throws for a failure in the middle of a stream, and does not take half a reply for a whole one', async () => {
    const client = await clientOf(() => [...said.slice(0, 5), new ProviderError('stalled', 'x')])
    const stream = client.messages.stream(question)
    const failure: unknown = await stream.finalMessage().catch((reason: unknown) => reason)
    expect(failure).toBeInstanceOf(APIError)
    expect(failure).toMatchObject({ error: { error: { type: 'timeout_error' } } })
  })

  test('throws where a stream just ends', async () => {
    const client = await clientOf(() => said.slice(0, 5))
    await expect(client.messages.stream(question).finalMessage()).rejects.toThrow()
  })
})
