import { describe, expect, test } from '@jest/globals'
import { cut, json, sse, stall, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import OpenAI, { APIError, APIUserAbortError, AuthenticationError, NotFoundError, RateLimitError } from 'openai'
import { completion, delta, finished, said, vendorError } from '../faults/support.ts'
import { collect, failureOf, hello, serve, vendorKey } from './support.ts'

interface Asked {
  readonly model: string
  readonly stream?: boolean
  readonly messages: readonly { readonly role: string; readonly content: string; readonly tool_call_id?: string }[]
  readonly tools?: readonly unknown[]
  readonly response_format?: unknown
}
const bodyOf = (request: ReceivedRequest) => request.json as Asked

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const streamed = sse([said('Hel'), said('lo'), finished(), { ...delta({}), choices: [], usage }])
const reply = ({ json: body }: ReceivedRequest): Answer => ((body as Asked).stream === true ? streamed : json(completion('Hello')))
const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }
const calling = json(
  completion('', {
    choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }]
  })
)
const weather = { type: 'object' as const, properties: { city: { type: 'string' as const } }, required: ['city'] }

describe('the official client of OpenAI', () => {
  test('reads a whole reply', async () => {
    await using served = await serve(reply)
    const { data, response } = await served.openai.chat.completions.create(hello).withResponse()
    expect(data).toMatchObject({ object: 'chat.completion', model: 'm1', usage })
    expect(data.choices).toMatchObject([{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }])
    expect(response.headers.get('x-resoftai-provider')).toBe('vendor')
    expect(response.headers.get('x-resoftai-model')).toBe('m1')
    expect(response.headers.get('x-resoftai-attempts')).toBe('1')
    expect(response.headers.get('x-resoftai-cost')).toBe('0.000022 USD')
    expect(response.headers.get('x-resoftai-request-id')).toMatch(/^[\da-f-]{36}$/)
  })

  test('reads a stream with its usage at the end', async () => {
    await using served = await serve(reply)
    const stream = await served.openai.chat.completions.create({ ...hello, stream: true, stream_options: { include_usage: true } })
    const chunks = await collect(stream)
    expect(chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Hello')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage })
  })

  test('collects a stream with its helper', async () => {
    await using served = await serve(reply)
    const stream = served.openai.chat.completions.stream(hello)
    const seen: string[] = []
    stream.on('content', piece => seen.push(piece))
    expect(await stream.finalContent()).toBe('Hello')
    expect(seen.join('')).toBe('Hello')
  })

  test('runs tools', async () => {
    await using served = await serve(request =>
      bodyOf(request).messages.some(({ role }) => role === 'tool') ? json(completion('Cold.')) : calling
    )
    const asked: unknown[] = []
    const runner = served.openai.chat.completions.runTools({
      ...hello,
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            description: 'The weather of a city',
            parameters: weather,
            parse: JSON.parse,
            function: (input: { city: string }) => {
              asked.push(input)
              return 'minus 4'
            }
          }
        }
      ]
    })
    expect(await runner.finalContent()).toBe('Cold.')
    expect(asked).toEqual([{ city: 'Oslo' }])
    expect(bodyOf(served.service.requests.at(1)!).messages.at(-1)).toMatchObject({
      role: 'tool',
      tool_call_id: 'call_1',
      content: 'minus 4'
    })
  })

  test('reads tool calls that come in pieces', async () => {
    const piece = (fields: object) => delta({ tool_calls: [{ index: 0, ...fields }] })
    await using served = await serve(
      sse([
        piece({ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"ci' } }),
        piece({ function: { arguments: 'ty":"Oslo"}' } }),
        finished('tool_calls')
      ])
    )
    const stream = served.openai.chat.completions.stream({
      ...hello,
      tools: [{ type: 'function', function: { name: 'weather', parameters: weather } }]
    })
    expect((await stream.finalChatCompletion()).choices).toMatchObject([{ message: { tool_calls: [call] }, finish_reason: 'tool_calls' }])
  })

  test('parses a reply that has a schema', async () => {
    await using served = await serve(json(completion('{"city":"Oslo"}')))
    const schema = { name: 'place', strict: true, schema: { ...weather, additionalProperties: false } }
    const format = { type: 'json_schema' as const, json_schema: schema }
    const parsed = await served.openai.chat.completions.parse({ ...hello, response_format: format })
    expect(parsed.choices[0]?.message.content).toBe('{"city":"Oslo"}')
    expect(bodyOf(served.service.requests.at(0)!).response_format).toEqual(format)
  })

  test('gets several replies, whole and streamed', async () => {
    let asked = 0
    await using served = await serve(({ json: body }) => {
      const text = `reply ${asked++}`
      return (body as Asked).stream === true ? sse([said(text), finished()]) : json(completion(text))
    })
    const whole = await served.openai.chat.completions.create({ ...hello, n: 3 })
    expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(whole.choices.map(({ message }) => String(message.content)).toSorted()).toEqual(['reply 0', 'reply 1', 'reply 2'])
    expect(whole.usage).toMatchObject({ completion_tokens: 6 })
    const stream = await served.openai.chat.completions.create({ ...hello, n: 2, stream: true })
    const texts = ['', '']
    for await (const { choices } of stream) for (const { index, delta: part } of choices) texts[index] += part.content ?? ''
    expect(texts.toSorted()).toEqual(['reply 3', 'reply 4'])
  })

  test('ends a stream when it is aborted', async () => {
    await using served = await serve(sse([said('Hel'), stall], { done: false }))
    const stream = await served.openai.chat.completions.create({ ...hello, stream: true })
    for await (const { object } of stream) {
      expect(object).toBe('chat.completion.chunk')
      stream.controller.abort()
    }
    const [asked] = served.service.requests
    expect(await asked?.closedEarly).toBe(true)
  })

  test('ends a whole call when it is aborted', async () => {
    await using served = await serve({ steps: [stall] })
    const controller = new AbortController()
    const asking = failureOf(served.openai.chat.completions.create(hello, { signal: controller.signal }))
    const asked = await served.service.received(1)
    controller.abort()
    expect(await asking).toBeInstanceOf(APIUserAbortError)
    expect(await asked.closedEarly).toBe(true)
  })

  test('reads the older completions', async () => {
    await using served = await serve(reply)
    const whole = await served.openai.completions.create({ model: 'vendor/m1', prompt: ['One', 'Two'] })
    expect(whole.choices.map(({ text }) => text)).toEqual(['Hello', 'Hello'])
    const chunks = await collect(await served.openai.completions.create({ model: 'vendor/m1', prompt: 'One', stream: true }))
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe('Hello')
  })

  test.each(['float', 'base64', undefined] as const)('reads vectors as %s', async format => {
    const vectors = [
      [0.5, -0.25],
      [1, 2]
    ]
    const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }))
    await using served = await serve(json({ object: 'list', model: 'e1', data, usage: { prompt_tokens: 4, total_tokens: 4 } }))
    const list = await served.openai.embeddings.create({
      model: 'vendor/e1',
      input: ['one', 'two'],
      ...(format !== undefined && { encoding_format: format })
    })
    const read = list.data.map(({ embedding }) => embedding as unknown)
    if (format === 'base64') {
      const bytes = read.map(text => Buffer.from(text as string, 'base64'))
      expect(bytes.map(one => [one.readFloatLE(0), one.readFloatLE(4)])).toEqual(vectors)
    } else expect(read).toEqual(vectors)
    expect(list.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 })
  })

  test('lists models, and finds one whose name has slashes', async () => {
    await using served = await serve(json({ object: 'list', data: [{ id: 'meta/llama-3', object: 'model' }] }), {
      config: { routes: { fast: ['vendor/m1'] } }
    })
    const ids = (await collect(served.openai.models.list())).map(({ id }) => id).filter(id => !id.startsWith('simulator/'))
    expect(ids).toEqual(['fast', 'vendor/m1', 'vendor/meta/llama-3'])
    // The client escapes slashes; other programs do not.
    expect(await served.openai.models.retrieve('vendor/meta/llama-3')).toMatchObject({ id: 'vendor/meta/llama-3', object: 'model' })
    expect((await served.ask('/v1/models/vendor/meta/llama-3')).status).toBe(200)
    expect(await failureOf(served.openai.models.retrieve('vendor/none'))).toBeInstanceOf(NotFoundError)
  })

  test.each(['fast', 'vendor/m1', 'm1'])('asks the model %s', async model => {
    await using served = await serve(
      request => (request.path.endsWith('/models') ? json({ object: 'list', data: [] }) : json(completion('Hello'))),
      { config: { routes: { fast: ['vendor/m1'] } } }
    )
    const answer = await served.openai.chat.completions.create({ ...hello, model })
    expect(answer.model).toBe('m1')
    expect(bodyOf(served.service.requests.at(-1)!).model).toBe('m1')
  })
})

describe('an error is an error of the official client:', () => {
  const once = { maxRetries: 0 }

  test('no key', async () => {
    await using served = await serve(reply)
    const client = new OpenAI({ apiKey: 'rk-wrong', baseURL: `${served.url}/v1` })
    const error = await failureOf(client.chat.completions.create(hello))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'authentication_error' })
    expect(served.service.requests).toHaveLength(0)
  })

  test('no such model', async () => {
    await using served = await serve(json({ object: 'list', data: [] }))
    const error = await failureOf(served.openai.chat.completions.create({ ...hello, model: 'nobody/m1' }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' })
  })

  test('a wrong request names its field', async () => {
    await using served = await serve(reply)
    const error = await failureOf(served.openai.chat.completions.create({ ...hello, temperature: 'hot' as unknown as number }))
    expect(error).toMatchObject({ status: 400, param: 'temperature', type: 'invalid_request_error' })
  })

  test('too many requests', async () => {
    await using served = await serve(json(vendorError('slow down'), { status: 429, headers: { 'retry-after': '7' } }), {
      settings: { max_retries: 0 }
    })
    const error = await failureOf(served.openai.chat.completions.create(hello, once))
    expect(error).toBeInstanceOf(RateLimitError)
    expect((error as APIError).headers?.get('retry-after')).toBe('7')
  })

  test.each(['auth', 'server'])("%s of the vendor is not the client's, and names no secret", async kind => {
    const answer = json(vendorError(`the key ${vendorKey} at /etc/vendor`), { status: kind === 'auth' ? 401 : 500 })
    await using served = await serve(answer, { settings: { max_retries: 0 } })
    const error = (await failureOf(served.openai.chat.completions.create(hello, once))) as APIError
    expect(error.status).toBe(502)
    expect(error.code).toBe(kind === 'auth' ? 'provider_auth' : 'provider_error')
    expect(error.message).not.toMatch(/canary|etc/)
  })

  test('a budget that is spent is not asked again', async () => {
    await using served = await serve(reply, { config: { budgets: [{ per: 'day', limit: '0.00001 USD' }] } })
    let sent = 0
    const client = new OpenAI({
      apiKey: served.key,
      baseURL: `${served.url}/v1`,
      fetch: (...request) => {
        sent++
        return fetch(...request)
      }
    })
    const error = await failureOf(client.chat.completions.create({ ...hello, max_tokens: 100 }))
    expect(error).toMatchObject({ status: 402, code: 'budget_exceeded', type: 'insufficient_quota' })
    expect(sent).toBe(1)
    expect(served.service.requests).toHaveLength(0)
  })

  test.each<[string, Answer]>([
    ['cut', sse([said('Hel'), cut], { done: false })],
    ['refused in the middle', sse([said('Hel'), vendorError('boom')], { done: false })],
    ['ended without a reason', sse([said('Hel')], { done: false })]
  ])('a stream that is %s throws, and is never complete', async (_what, answer) => {
    await using served = await serve(answer, { settings: { max_retries: 0 } })
    const seen: (string | null | undefined)[] = []
    const reading = async () => {
      const stream = await served.openai.chat.completions.create({ ...hello, stream: true })
      for await (const { choices } of stream) seen.push(choices[0]?.finish_reason)
    }
    expect(await failureOf(reading())).toBeInstanceOf(APIError)
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.filter(Boolean)).toEqual([])
    const bytes = await (await served.ask('/v1/chat/completions', { ...hello, stream: true })).text()
    expect(bytes).toContain('"error"')
    expect(bytes).not.toContain('[DONE]')
  })
})
