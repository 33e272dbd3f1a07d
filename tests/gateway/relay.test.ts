import { describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cut, json, readServerSentEvents, sse, stall, wait, write, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import type OpenAI from 'openai'
import { completion, delta, finished, said, vendorError } from '../faults/support.ts'
import { haveRecordings, openAIRecordings } from '../recordings/load.ts'
import { piecesOf } from '../recordings/pieces.ts'
import { failureOf, hello, serve, until, type Served } from './support.ts'

const path = '/v1/chat/completions'
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const counted = { ...delta({}), choices: [], usage }
const begin = delta({ role: 'assistant', content: '' })
const streamed = sse([begin, said('Hel'), said('lo'), finished(), counted])
const reply = ({ json: body }: ReceivedRequest): Answer =>
  (body as { stream?: boolean }).stream === true ? streamed : json(completion('Hello'))
const streaming = { ...hello, stream: true }

/** The data of each event of an answer. */
async function dataOf(answer: Promise<Response>): Promise<readonly string[]> {
  return readServerSentEvents(Buffer.from(await (await answer).arrayBuffer())).map(({ data }) => data)
}

const lines = (...chunks: readonly object[]) => chunks.map(chunk => JSON.stringify(chunk))
const sent = (served: Served, index = 0) => served.service.requests.at(index)!

/** The text of the messages in a body. */
const messagesIn = (body: string) => body.slice(body.indexOf('"messages":') + '"messages":'.length, -1)

describe('a request', () => {
  const odd = '[ {"role" : "user",\n\t"content":"H\\u00e9llo \\/ \\ud83d\\udc4b 👋 \\\\\\" ]}," , "n\\u0061me" : 1.0e2, "new":{"a":[ ]}} ]'

  test.each([false, true])('has its messages sent byte for byte (stream: %s)', async stream => {
    await using served = await serve(reply)
    expect((await served.ask(path, `{"model":"vendor/m1","messages":${odd},"stream":${stream},"temperature":0}`)).status).toBe(200)
    expect(messagesIn(sent(served).body)).toBe(odd)
    expect(sent(served).json).toMatchObject({ model: 'm1', temperature: 0 })
  })

  test('of a megabyte too', async () => {
    await using served = await serve(reply)
    const content = 'She said: "née 👋\\\\"\n\t\u0001'.repeat(40_000)
    const messages = JSON.stringify([{ role: 'user', content }]).replaceAll('é', '\\u00e9')
    expect(messages.length).toBeGreaterThan(1_000_000)
    expect((await served.ask(path, `{"messages":${messages},"model":"vendor/m1"}`)).status).toBe(200)
    expect(messagesIn(sent(served).body) === messages).toBe(true)
  })

  const longer = JSON.stringify([{ role: 'user', content: 'née 👋 '.repeat(30_000) }])
  test.each([
    ['A short one', odd],
    ['A long one', longer]
  ])('is sent again as it was. %s', async (_what, messages) => {
    const busy = json(vendorError('busy'), { status: 503 })
    await using served = await serve([busy, json(completion('Hello'))])
    const response = await served.ask(path, `{"model":"vendor/m1","messages":${messages}}`)
    expect(response.headers.get('x-resoftai-attempts')).toBe('2')
    expect(served.service.requests.map(({ body }) => messagesIn(body) === messages)).toEqual([true, true])
  })

  test('that a vendor refuses before it has read it is refused with its words', async () => {
    const vendor = createServer((_request, response) => {
      response.writeHead(413, { 'content-type': 'application/json' }).end(JSON.stringify(vendorError('too long for us')))
    })
    await once(vendor.listen(0, '127.0.0.1'), 'listening')
    try {
      const { port } = vendor.address() as AddressInfo
      await using served = await serve(reply, { settings: { api_base: `http://127.0.0.1:${port}/v1` } })
      const messages = JSON.stringify([{ role: 'user', content: 'née 👋 '.repeat(500_000) }])
      const answer = await served.ask(path, `{"model":"vendor/m1","messages":${messages}}`)
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: { message: expect.stringContaining('too long for us') } }])
    } finally {
      vendor.closeAllConnections()
      vendor.close()
    }
  })

  test.each<[string, object]>([
    ['for several replies', { n: 2 }],
    ['with functions', { functions: [{ name: 'a' }] }],
    ['of a developer, to a model that may not know the role', { messages: [{ role: 'developer', content: 'x', strange: 1 }] }],
    ['with what only the gateway knows', { messages: [{ role: 'assistant', content: 'x', provider_data: {}, strange: 1 }] }]
  ])('%s is read as ever', async (_what, more) => {
    await using served = await serve(reply)
    const body = { ...hello, messages: [{ role: 'user', content: 'x', strange: 1 }], ...more }
    expect((await served.ask(path, body)).status).toBe(200)
    expect(sent(served).body).not.toContain('strange')
  })

  test('with messages that are wrong is judged by the vendor', async () => {
    await using served = await serve(json(vendorError('messages.0.role is wrong'), { status: 400 }))
    const response = await served.ask(path, { ...hello, messages: [{ role: 'clown' }] })
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'bad_request', message: 'messages.0.role is wrong' } }
    ])
  })

  test.each<[string, object]>([
    ['temperature', { temperature: 'hot' }],
    ['api_base', { api_base: 'http://127.0.0.1' }],
    ['tools.0.type', { tools: [{ type: 'web_search' }] }],
    ['stream_options', { stream: true, stream_options: 1 }],
    ['n', { n: 17 }]
  ])('with a wrong %s is refused', async (param, more) => {
    await using served = await serve(reply)
    const response = await served.ask(path, { ...hello, ...more })
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }])
    expect(served.service.requests).toHaveLength(0)
  })

  const other = '"vendor/m2"'
  const written = JSON.stringify(hello.messages)
  test.each<[string, string, number]>([
    ['in a second model', `{"model":"vendor/m1","messages":${written},"model":${other}}`, 403],
    ['in a second model, first', `{"model":${other},"messages":${written},"model":"vendor/m1"}`, 200],
    ['in a second model with escapes', `{"model":"vendor/m1","messages":${written},"mod\\u0065l":${other}}`, 403],
    ['behind the body', `{"model":"vendor/m1","messages":${written}},"model":${other}}`, 400],
    ['in models', `{"model":"vendor/m1","messages":${written},"models":[${other}]}`, 403],
    ['in a string that ends early', `{"model":"vendor/m1","messages":[{"role":"user","content":"\\\\"}],"model":${other},"x":[""]}`, 403],
    ['in a comment', `{"model":"vendor/m1","messages":[1/*"*/],"model":${other},"x":[/*"*/1]}`, 400],
    ['in a message', `{"model":"vendor/m1","messages":[{"role":"user","content":"x","model":${other}}]}`, 200]
  ])('names no other model than its key may ask: %s', async (_what, body, status) => {
    await using served = await serve(reply, { key: { models: ['vendor/m1'] } })
    expect((await served.ask(path, body)).status).toBe(status)
    for (const { json: asked } of served.service.requests) expect(asked).toMatchObject({ model: 'm1' })
  })

  test('is held within a budget, and sent with the limit that it needs', async () => {
    const config = { budgets: [{ per: 'day', limit: '0.01 USD' }] }
    await using served = await serve(reply, { config })
    expect((await served.ask(path, hello)).status).toBe(200)
    const { max_tokens: limit } = sent(served).json as { max_tokens: number }
    expect(limit).toBeGreaterThan(255)
    expect(limit).toBeLessThan(1_250)
    expect(messagesIn(sent(served).body)).toBe(JSON.stringify(hello.messages))
    const long = await served.ask(path, { ...hello, messages: [{ role: 'user', content: 'Hello there. '.repeat(4_000) }] })
    expect([long.status, await long.json()]).toMatchObject([402, { error: { code: 'budget_exceeded' } }])
    // What is no message of ours counts as the text that it is.
    const strange = await served.ask(path, { ...hello, messages: [{ role: 'clown', content: 'Hello there. '.repeat(4_000) }] })
    expect(strange.status).toBe(402)
    expect(served.service.requests).toHaveLength(1)
  })
})

describe('a stream', () => {
  test('is passed on event by event, with the usage that was asked for', async () => {
    const odd = `{"id":"c1", "object":"chat.completion.chunk","created":1,"model":"m1","choices":[{"index":0,"delta":{"content":"\\u0048i \\u2028"},"logprobs":{"content":[{"token":"Hi","logprob":-0.10}]}}],"new":1.0}`
    await using served = await serve(sse([begin, odd, finished(), counted]))
    const data = await dataOf(served.ask(path, { ...streaming, stream_options: { include_usage: true } }))
    expect(data.slice(0, 3)).toEqual([JSON.stringify(begin), odd, JSON.stringify(finished())])
    expect(JSON.parse(data.at(3)!)).toEqual({ ...counted, cost: { amount: '0.000022', currency: 'USD' } })
    expect(data.slice(4)).toEqual(['[DONE]'])
    expect(sent(served).json).toMatchObject({ stream: true, stream_options: { include_usage: true } })
  })

  test('is passed on without its usage where nobody asked', async () => {
    await using served = await serve(reply)
    expect(await dataOf(served.ask(path, streaming))).toEqual([...lines(begin, said('Hel'), said('lo'), finished()), '[DONE]'])
  })

  test('of several lines an event stays one', async () => {
    const spread = JSON.stringify(said('Hello'), undefined, 1)
    await using served = await serve(sse([begin, spread, finished()]))
    expect((await dataOf(served.ask(path, streaming)))[1]).toBe(spread)
  })

  test('gives the official client what no word of ours is for', async () => {
    const logprobs = { content: [{ token: 'Hi', logprob: -0.1, bytes: null, top_logprobs: [] }], refusal: null }
    const probable = { ...delta({}), choices: [{ index: 0, delta: { content: 'Hi' }, logprobs, finish_reason: null }] }
    await using served = await serve(sse([begin, probable, finished()]))
    const stream = served.openai.chat.completions.stream({ ...hello, logprobs: true })
    expect((await stream.finalChatCompletion()).choices[0]).toMatchObject({
      message: { content: 'Hi' },
      logprobs: { content: logprobs.content }
    })
    expect(sent(served).json).toMatchObject({ logprobs: true })
  })

  test('has a role, where the vendor names none', async () => {
    await using served = await serve(sse([said('Hello'), finished()]))
    const [first, ...rest] = await dataOf(served.ask(path, streaming))
    expect(JSON.parse(first ?? '')).toMatchObject({ id: 'c1', model: 'm1', created: 1, choices: [{ delta: { role: 'assistant' } }] })
    expect(rest).toEqual([...lines(said('Hello'), finished()), '[DONE]'])
  })

  test('gives calls to the official client, and one without arguments is mended', async () => {
    const call = (id: string, index: number, text: string) => ({
      index,
      id,
      type: 'function',
      function: { name: 'weather', arguments: text }
    })
    const piece = delta({ tool_calls: [{ index: 0, function: { arguments: '{"city":"Oslo"}' } }] })
    await using served = await serve(
      sse([begin, delta({ tool_calls: [call('a', 0, '')] }), piece, delta({ tool_calls: [call('b', 1, '')] }), finished('tool_calls')])
    )
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: {} } }]
    const { choices } = await served.openai.chat.completions.stream({ ...hello, tools }).finalChatCompletion()
    expect(choices).toMatchObject([
      {
        finish_reason: 'tool_calls',
        message: {
          tool_calls: [
            { id: 'a', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
            { id: 'b', function: { name: 'weather', arguments: '{}' } }
          ]
        }
      }
    ])
  })

  test.each<[string, Answer, string]>([
    ['is cut', sse([begin, said('Hel'), wait(20), cut], { done: false }), 'provider_truncated'],
    ['ends without a reason', sse([begin, said('Hel')], { done: false }), 'provider_truncated'],
    ['breaks with an error', sse([begin, said('Hel'), vendorError('boom')], { done: false }), 'provider_error'],
    ['breaks behind its end', sse([begin, said('Hel'), finished(), vendorError('boom')], { done: false }), 'provider_error']
  ])('that %s ends with an error, and is never whole', async (_what, answer, code) => {
    await using served = await serve(answer, { settings: { max_retries: 0 } })
    const data = await dataOf(served.ask(path, streaming))
    expect(data.slice(0, 2)).toEqual(lines(begin, said('Hel')))
    expect(JSON.parse(data.at(2)!)).toMatchObject({ error: { code } })
    expect(data).toHaveLength(3)
  })

  test('that stalls goes on with the whole reply, as one stream', async () => {
    await using served = await serve([sse([begin, said('Hel'), stall], { done: false }), json(completion('Hello', { id: 'c2' }))], {
      settings: { stall_timeout: 0.2, max_retries: 0 }
    })
    const data = await dataOf(served.ask(path, { ...streaming, stream_options: { include_usage: true } }))
    expect(data.slice(0, 2)).toEqual(lines(begin, said('Hel')))
    const rest = data.slice(2, -1).map(text => JSON.parse(text) as OpenAI.ChatCompletionChunk)
    expect(rest.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('lo')
    for (const { id, model, created } of rest) expect({ id, model, created }).toEqual({ id: 'c1', model: 'm1', created: 1 })
    expect(rest.at(-2)?.choices[0]?.finish_reason).toBe('stop')
    expect(rest.at(-1)?.usage).toMatchObject({ total_tokens: 5 })
    expect(data.at(-1)).toBe('[DONE]')
    expect(sent(served, 1).json).not.toHaveProperty('stream')
    expect(messagesIn(sent(served, 1).body)).toBe(JSON.stringify(hello.messages))
  })

  test('is in the books to the token', async () => {
    await using served = await serve(reply)
    await dataOf(served.ask(path, streaming))
    expect(await served.records()).toMatchObject([
      {
        status: 'finished',
        key: 'alice',
        inputTokens: 3,
        outputTokens: 2,
        costNanos: 22_000n,
        currency: 'USD',
        estimated: false,
        attempts: 1
      }
    ])
  })

  test('counts for the tokens that its key has a minute', async () => {
    const answer = sse([begin, said('Hello'), { ...finished(), usage }])
    await using served = await serve(answer, { key: { tokensPerMinute: 5 } })
    await dataOf(served.ask(path, streaming))
    expect((await served.ask(path, streaming)).status).toBe(429)
  })

  test('without usage is estimated from what came', async () => {
    await using served = await serve(sse([begin, said('Hello there, this is a reply.'), finished()]))
    await dataOf(served.ask(path, streaming))
    const record = (await served.records()).at(0)!
    expect(record).toMatchObject({ status: 'finished', estimated: true })
    expect(record.inputTokens).toBeGreaterThan(3)
    expect(record.outputTokens).toBeGreaterThan(3)
  })

  test('whose client goes lets the vendor go', async () => {
    await using served = await serve(sse([begin, said('Hel'), stall], { done: false }))
    const controller = new AbortController()
    const stream = await served.openai.chat.completions.create({ ...streaming, stream: true }, { signal: controller.signal })
    for await (const { choices } of stream) if (choices[0]?.delta.content === 'Hel') controller.abort()
    expect(await sent(served).closedEarly).toBe(true)
    await until(async () => (await served.records()).length === 1)
    expect(await served.records()).toMatchObject([{ status: 'cancelled' }])
  })
})

describe('a whole reply', () => {
  test('is passed on as it came, with its cost', async () => {
    const body = JSON.stringify(completion('H\u00e9llo', { system_fingerprint: 'fp', new: [1.5] }), undefined, 1).replace('1.5', '1.50')
    await using served = await serve({ headers: { 'content-type': 'application/json' }, steps: [write(`${body}\n`)] })
    const response = await served.ask(path, hello)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('x-resoftai-cost')).toBe('0.000022 USD')
    const text = await response.text()
    expect(text).toBe(`${body.slice(0, -1)},"cost":{"amount":"0.000022","currency":"USD"}}`)
    expect(JSON.parse(text)).toMatchObject({ model: 'm1', id: 'c1' })
    expect(await served.records()).toMatchObject([{ status: 'finished', inputTokens: 3, outputTokens: 2, costNanos: 22_000n }])
  })

  test('that is no reply of OpenAI is written as one', async () => {
    await using served = await serve(json({ model: 'm1', choices: [{ message: { content: 'Hello' }, finish_reason: 'eos' }], strange: 1 }))
    const answer = (await (await served.ask(path, hello)).json()) as object
    expect(answer).toMatchObject({ object: 'chat.completion', model: 'vendor/m1', choices: [{ index: 0, finish_reason: 'stop' }] })
    expect(answer).not.toHaveProperty('strange')
  })

  test('with a cost of the vendor tells only ours', async () => {
    await using served = await serve(json(completion('Hello', { cost: 7 })))
    const text = await (await served.ask(path, hello)).text()
    expect(text.match(/"cost"/g)).toHaveLength(1)
    expect(JSON.parse(text)).toMatchObject({ cost: { amount: '0.000022' } })
  })

  test('that is an error is an error', async () => {
    await using served = await serve(json(vendorError('boom')), { settings: { max_retries: 0 } })
    expect(await failureOf(served.openai.chat.completions.create(hello, { maxRetries: 0 }))).toMatchObject({ status: 502 })
  })
})

describe('a route', () => {
  const asked = { ...streaming, model: 'fast', messages: [{ role: 'user', content: 'x', strange: 1 }] }
  const setup = (second: object, models = ['vendor/m1', 'second/m1']) => ({
    settings: { max_retries: 0 },
    config: {
      providers: { second: { plugin: 'openai-compatible', api_key: 'sk-second', max_retries: 0, ...second } },
      routes: { fast: models }
    }
  })

  test('passes on where all of its providers do, and goes on to the next one', async () => {
    await using good = await serve(reply)
    await using served = await serve(json(vendorError('boom'), { status: 500 }), setup({ api_base: `${good.service.url}/v1` }))
    const data = await dataOf(served.ask(path, asked))
    expect(data).toEqual([...lines(begin, said('Hel'), said('lo'), finished()), '[DONE]'])
    expect(messagesIn(sent(good).body)).toBe(JSON.stringify(asked.messages))
    expect(messagesIn(sent(served).body)).toBe(JSON.stringify(asked.messages))
  })

  test.each([
    ['first', ['second/m1', 'vendor/m1']],
    ['last', ['vendor/m1', 'second/m1']]
  ])('reads the messages for all where one has to have them said otherwise: the %s', async (_which, models) => {
    await using good = await serve(reply)
    const second = { api_base: `${good.service.url}/v1`, system_role: 'user' }
    const ill = json(vendorError('boom'), { status: 500 })
    await using served = await serve(models[0] === 'vendor/m1' ? ill : reply, setup(second, models))
    const data = await dataOf(served.ask(path, asked))
    expect(data.at(-1)).toBe('[DONE]')
    const requests = [...served.service.requests, ...good.service.requests]
    expect(requests.length).toBeGreaterThan(0)
    for (const { body } of requests) expect(body).not.toContain('strange')
    expect(JSON.parse(data.at(0)!)).toMatchObject({ model: 'fast' })
  })

  test('of another kind of provider refuses messages that are wrong before anybody is asked', async () => {
    await using served = await serve(reply, setup({ api_base: 'http://127.0.0.1:9/v1', system_role: 'user' }))
    const response = await served.ask(path, { ...asked, messages: [{ role: 'clown' }] })
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param: 'messages.0.role' } }])
    expect(served.service.requests).toHaveLength(0)
  })
})

const describeRecordings = haveRecordings ? describe : describe.skip

describeRecordings('recorded answers of OpenAI', () => {
  const recordings = openAIRecordings('chat').filter(({ provider, status }) => provider === 'openai' && status === 200)

  test.each(recordings.map((recording, index) => [recording.path, recording, index] as const))(
    '%s',
    async (_path, { kind, body }, index) => {
      const steps = piecesOf(Buffer.from(body), index).flatMap(piece => [write(piece), wait(0)])
      await using served = await serve({ headers: { 'content-type': kind === 'sse' ? 'text/event-stream' : 'application/json' }, steps })
      if (kind === 'json') {
        const text = await (await served.ask(path, hello)).text()
        const { cost: _cost, ...rest } = JSON.parse(text) as Record<string, unknown>
        return expect(rest).toEqual(JSON.parse(body))
      }
      const came = readServerSentEvents(Buffer.from(body)).map(({ data }) => data)
      const isUsage = (data: string) => data !== '[DONE]' && (JSON.parse(data) as { choices: unknown[] }).choices.length === 0
      expect(await dataOf(served.ask(path, streaming))).toEqual(came.filter(data => !isUsage(data)))
    }
  )

  test('are there', () => {
    expect(recordings.length).toBeGreaterThan(3)
  })
})
