import { describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGateway, type ChatOptions } from '@resoftai/gateway'
import { cut, json, sse, stall, type Answer, type ReceivedRequest, type Respond, type Step } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, delta, finished, said, thought, vendorError } from '../faults/support.ts'
import { serveApart } from './serve-process.ts'
import { serve, unpressed, until, type Served, type Setup } from './support.ts'

const used = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }
const replyOf = (...pieces: readonly (object | Step)[]): Answer => sse([...pieces, finished(), used])
const hello = replyOf(said('Hel'), said('lo'))

interface Chat extends Served {
  /** Asks the gateway with the chat backend. */
  call(method: string, path: string, options?: Call): Promise<Response>
}

interface Call {
  readonly key?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** A second gateway on the same host, with the conversations of its storage. */
async function serveChat(
  respond: Respond,
  { chat = {}, anonymous = false, ...setup }: Setup & { chat?: ChatOptions; anonymous?: boolean } = {}
): Promise<Chat> {
  const served = await serve(respond, setup)
  const { host, storage } = served
  const gateway = createGateway({ host, keys: storage.keys, conversations: storage.conversations, pressure: unpressed, chat, anonymous })
  const url = await gateway.listen({ host: '127.0.0.1', port: 0 })
  return {
    ...served,
    gateway,
    url,
    call: (method, path, { key = served.key, body, headers, signal } = {}) =>
      fetch(url + path, {
        method,
        headers: { ...(key !== '' && { authorization: `Bearer ${key}` }), ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
        ...(signal && { signal })
      }),
    async [Symbol.asyncDispose]() {
      await gateway.close(0)
      await served[Symbol.asyncDispose]()
    }
  }
}

interface Told {
  readonly id: number
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The events of a stream as they come. */
async function* eventsOf(response: Response): AsyncGenerator<Told, void> {
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  let text = ''
  for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
    text += bytes
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      const [, id, event = '', data = ''] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(frame) ?? []
      if (id !== undefined) yield { id: Number(id), event, data: JSON.parse(data) as Told['data'] }
    }
  }
  expect(text).toBe('')
}

async function all(response: Response): Promise<Told[]> {
  const seen: Told[] = []
  for await (const event of eventsOf(response)) seen.push(event)
  return seen
}

interface Answered {
  readonly conversation_id: string
  readonly message: { readonly content: string }
  readonly warnings: readonly string[]
}

const answerOf = async (response: Response) => {
  expect([response.status, response.ok ? '' : await response.clone().text()]).toEqual([200, ''])
  return (await response.json()) as Answered
}
const say = async (chat: Chat, body: object, key?: string) => answerOf(await chat.call('POST', '/api/chat', { body, ...(key && { key }) }))
const failure = async (response: Response) => [
  response.status,
  ((await response.json()) as { readonly error: { readonly code: string; readonly message: string } }).error.code
]
const messagesOf = (request: ReceivedRequest) =>
  (request.json as { readonly messages: readonly { role: string; content: string }[] }).messages
const talk = async (chat: Chat, id: string, key?: string) =>
  (await (await chat.call('GET', `/api/conversations/${id}`, { ...(key && { key }) })).json()) as {
    readonly title: string
    readonly message_count: number
    readonly messages: readonly { readonly role: string; readonly content: string; readonly turn: string }[]
  }
const listed = async (chat: Chat, query = '', key?: string) =>
  (await (await chat.call('GET', `/api/conversations${query}`, { ...(key && { key }) })).json()) as {
    readonly conversations: readonly { readonly id: string; readonly title: string }[]
    readonly next: string | null
  }

/** Reads a stream up to an event, and leaves. */
async function leaveAfter(
  chat: Chat,
  body: object,
  name: string
): Promise<{ readonly run: string; readonly conversation: string; readonly seen: readonly Told[] }> {
  const controller = new AbortController()
  const response = await chat.call('POST', '/api/chat/stream', { body, signal: controller.signal })
  const seen: Told[] = []
  try {
    for await (const event of eventsOf(response)) {
      seen.push(event)
      if (event.event === name) break
    }
  } finally {
    controller.abort()
  }
  const { run, conversation_id } = seen.at(0)!.data as { readonly run: string; readonly conversation_id: string }
  return { run, conversation: conversation_id, seen }
}

describe('POST /api/chat', () => {
  test('answers with the message, what it used and what it cost', async () => {
    await using chat = await serveChat(hello)
    const response = await chat.call('POST', '/api/chat', { body: { message: 'Hello?' } })
    expect(response.headers.get('x-resoftai-provider')).toBe('vendor')
    expect(response.headers.get('x-resoftai-cost')).toBe('0.000022 USD')
    expect(await response.json()).toEqual({
      conversation_id: expect.stringMatching(/^[\da-f-]{36}$/),
      message: { role: 'assistant', content: 'Hello' },
      provider: 'vendor',
      model: 'm1',
      stop_reason: 'finished',
      usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
      cost: { amount: '0.000022', currency: 'USD' },
      warnings: []
    })
    expect(await chat.records()).toMatchObject([{ key: 'alice', provider: 'vendor', status: 'finished' }])
  })

  test('remembers what was said before in the same conversation, and nothing of others', async () => {
    await using chat = await serveChat([hello, replyOf(said('Your name is Ann.')), hello])
    const { conversation_id } = await say(chat, { message: 'I am Ann.', system: 'Be kind.' })
    await say(chat, { message: 'Who am I?', conversation_id })
    await say(chat, { message: 'And who is this?' })
    expect(chat.service.requests.map(messagesOf)).toEqual([
      [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'I am Ann.' }
      ],
      [
        { role: 'user', content: 'I am Ann.' },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: 'Who am I?' }
      ],
      [{ role: 'user', content: 'And who is this?' }]
    ])
    const { messages, message_count } = await talk(chat, conversation_id)
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'I am Ann.'],
      ['assistant', 'Hello'],
      ['user', 'Who am I?'],
      ['assistant', 'Your name is Ann.']
    ])
    expect(message_count).toBe(4)
  })

  test('asks the provider and the role that are named', async () => {
    await using chat = await serveChat(hello)
    await say(chat, { message: 'Hi', provider: 'vendor', model: 'm2', agent: 'translator' })
    await say(chat, { message: 'Hi', provider: 'vendor' })
    expect(chat.service.requests.map(({ json: body }) => (body as { model: string }).model)).toEqual(['m2', 'm1'])
    expect(messagesOf(chat.service.requests.at(0)!)[0]).toMatchObject({ role: 'system', content: expect.stringContaining('translator') })
    expect((await chat.records())[0]).toMatchObject({ agent: 'translator' })
    expect(await failure(await chat.call('POST', '/api/chat', { body: { message: 'Hi', provider: 'none' } }))).toEqual([
      400,
      'invalid_request'
    ])
  })

  test.each([
    [{}, 'message'],
    [{ message: ' ' }, 'message'],
    [{ message: ['Hi'] }, 'message'],
    [{ message: 'Hi', api_key: 'sk-x' }, 'api_key'],
    [{ message: 'Hi', api_base: 'http://evil.example' }, 'api_base'],
    [{ message: 'Hi', is_admin: true }, 'is_admin'],
    [{ message: 'Hi', budget: 1 }, 'budget'],
    [{ message: 'Hi', owner: 'bob' }, 'owner'],
    [{ message: 'Hi', agent: 'nobody' }, 'agent'],
    [{ message: 'Hi', provider: 'a/b' }, 'provider'],
    [{ message: 'Hi', conversation_id: 7 }, 'conversation_id']
  ])('A09 refuses %j by the name of the field', async (body, param) => {
    await using chat = await serveChat(hello)
    for (const path of ['/api/chat', '/api/chat/stream']) {
      const response = await chat.call('POST', path, { body })
      expect([response.status, ((await response.json()) as { error: { param: string } }).error.param]).toEqual([400, param])
    }
    expect(chat.service.requests).toHaveLength(0)
  })

  test('asks only what the key may, within its limits and budgets', async () => {
    await using chat = await serveChat(hello, { key: { models: ['vendor/m2'] } })
    expect(await failure(await chat.call('POST', '/api/chat', { body: { message: 'Hi' } }))).toEqual([403, 'model_not_allowed'])
    const poor = await chat.makeKey({ name: 'poor', budgets: [{ per: 'day', limit: '0.000001 USD' }] })
    const spend = { key: poor.secret, body: { message: 'Hi' } }
    expect(await failure(await chat.call('POST', '/api/chat', spend))).toEqual([402, 'budget_exceeded'])
    const told = await all(await chat.call('POST', '/api/chat/stream', spend))
    expect(told.map(({ event }) => event)).toEqual(['status', 'error'])
    expect(told.at(-1)?.data).toMatchObject({ code: 'budget_exceeded', status: 402 })
    const slow = await chat.makeKey({ name: 'slow', requestsPerMinute: 1 })
    expect((await chat.call('POST', '/api/chat', { key: slow.secret, body: { message: 'Hi' } })).status).toBe(200)
    for (const path of ['/api/chat', '/api/chat/stream'])
      expect((await chat.call('POST', path, { key: slow.secret, body: { message: 'Hi' } })).status).toBe(429)
    expect(chat.service.requests).toHaveLength(1)
  })

  test('G02 ends with its client at once, and the conversation is as before', async () => {
    await using chat = await serveChat([hello, { steps: [stall] }, hello])
    const { conversation_id } = await say(chat, { message: 'One' })
    const controller = new AbortController()
    const left = chat.call('POST', '/api/chat', { body: { message: 'Two', conversation_id }, signal: controller.signal })
    left.catch(() => {})
    const asked = await chat.service.received(2)
    controller.abort()
    expect(await asked.closedEarly).toBe(true)
    await say(chat, { message: 'Three', conversation_id })
    expect((await talk(chat, conversation_id)).messages.map(({ content }) => content)).toEqual(['One', 'Hello', 'Three', 'Hello'])
  })

  test('a failure of the provider leaves the conversation as it was, and makes none', async () => {
    const ill = json(vendorError('secret detail'), { status: 400 })
    await using chat = await serveChat([hello, ill, ill, hello])
    const { conversation_id } = await say(chat, { message: 'One' })
    expect(await failure(await chat.call('POST', '/api/chat', { body: { message: 'Two', conversation_id } }))).toEqual([400, 'bad_request'])
    expect(await failure(await chat.call('POST', '/api/chat', { body: { message: 'Else' } }))).toEqual([400, 'bad_request'])
    expect((await listed(chat)).conversations.map(({ id }) => id)).toEqual([conversation_id])
    await say(chat, { message: 'Three', conversation_id })
    expect(messagesOf(chat.service.requests.at(-1)!).map(({ content }) => content)).toEqual(['One', 'Hello', 'Three'])
  })

  test('what a content filter held back is answered and not kept', async () => {
    await using chat = await serveChat(sse([said('Ugly'), finished('content_filter')]))
    const answer = await say(chat, { message: 'Hi' })
    expect(answer).toMatchObject({ stop_reason: 'content_filter', warnings: ['This turn is not kept in the conversation.'] })
    expect((await talk(chat, answer.conversation_id)).messages).toEqual([])
  })
})

describe('POST /api/chat/stream', () => {
  test('tells status, chunks, the message and the end, in order, with increasing ids', async () => {
    await using chat = await serveChat(replyOf(thought('Hm.'), said('Hel'), said('lo')))
    const told = await all(await chat.call('POST', '/api/chat/stream', { body: { message: 'Hello?' } }))
    const { conversation_id, run } = told.at(0)!.data
    expect(told).toEqual([
      { id: 1, event: 'status', data: { state: 'started', run, conversation_id } },
      { id: 2, event: 'chunk', data: { reasoning: 'Hm.' } },
      { id: 3, event: 'chunk', data: { content: 'Hel' } },
      { id: 4, event: 'chunk', data: { content: 'lo' } },
      { id: 5, event: 'message', data: { conversation_id, message: { role: 'assistant', content: 'Hello', reasoning: 'Hm.' } } },
      {
        id: 6,
        event: 'done',
        data: {
          provider: 'vendor',
          model: 'm1',
          stop_reason: 'finished',
          usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
          cost: { amount: '0.000022', currency: 'USD' },
          warnings: []
        }
      }
    ])
    expect((await talk(chat, String(conversation_id))).message_count).toBe(2)
  })

  test('tells the calls of tools that nobody has, and their results', async () => {
    const calls = delta({ tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'rm', arguments: '{"all":true}' } }] })
    await using chat = await serveChat([sse([calls, finished('tool_calls')]), hello])
    const told = await all(await chat.call('POST', '/api/chat/stream', { body: { message: 'Clean up' } }))
    expect(told.map(({ event }) => event)).toEqual(['status', 'tool_call', 'tool_result', 'chunk', 'chunk', 'message', 'done'])
    expect(told[1]?.data).toEqual({ id: 'c1', name: 'rm', arguments: '{"all":true}' })
    expect(told[2]?.data).toMatchObject({ id: 'c1', name: 'rm', is_error: true })
    expect((await talk(chat, String(told[0]?.data['conversation_id']))).messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant'
    ])
  })

  test('a cut in the middle is an error event, the last one, and the conversation is as before', async () => {
    await using chat = await serveChat([hello, sse([said('Hel'), cut], { done: false })], { settings: { max_retries: 0 } })
    const { conversation_id } = await say(chat, { message: 'One' })
    const told = await all(await chat.call('POST', '/api/chat/stream', { body: { message: 'Two', conversation_id } }))
    expect(told.map(({ event }) => event)).toEqual(['status', 'chunk', 'error'])
    expect(told.at(-1)?.data).toMatchObject({ code: expect.stringMatching(/^provider_/), status: 502, message: expect.any(String) })
    expect((await talk(chat, conversation_id)).messages.map(({ content }) => content)).toEqual(['One', 'Hello'])
  })
})

test('an answer that stalls and begins again says that what came before is void', async () => {
  const answers = [sse([said('Hel'), stall], { done: false }), json(completion('Good day'))]
  await using chat = await serveChat(answers, { settings: { stall_timeout: 0.2 } })
  const told = await all(await chat.call('POST', '/api/chat/stream', { body: { message: 'Hello?' } }))
  expect(told.map(({ event }) => event)).toEqual(['status', 'chunk', 'status', 'chunk', 'message', 'done'])
  expect(told.slice(2, 5).map(({ data }) => data)).toMatchObject([
    { state: 'restarted' },
    { content: 'Good day' },
    { message: { content: 'Good day' } }
  ])
})

test('a shutdown ends an answer that nobody reads, and keeps nothing of it', async () => {
  await using chat = await serveChat(replyOf(said('Hel'), stall), { chat: { graceMs: 600_000 } })
  await leaveAfter(chat, { message: 'Hi' }, 'chunk')
  await chat.gateway.close(50)
  expect(await chat.service.requests.at(0)!.closedEarly).toBe(true)
  const { id } = (await chat.storage.keys.list()).at(0)!
  expect(await chat.storage.conversations.list(id, { limit: 1 })).toEqual([])
})

describe('a client that lost its stream', () => {
  /** A reply whose second half waits. */
  function inHalves(): { readonly answer: Answer; readonly goOn: () => void } {
    const gate = Promise.withResolvers<void>()
    return { answer: replyOf(said('Hel'), () => gate.promise, said('lo')), goOn: gate.resolve }
  }

  test('comes back and gets exactly the rest, while the answer runs and after it', async () => {
    const { answer, goOn } = inHalves()
    await using chat = await serveChat(answer)
    const { run, seen, conversation } = await leaveAfter(chat, { message: 'Hi' }, 'chunk')
    const back = await chat.call('GET', `/api/chat/stream/${run}`, { headers: { 'last-event-id': String(seen.at(-1)?.id) } })
    goOn()
    const rest = await all(back)
    expect(rest.map(({ id, event }) => [id, event])).toEqual([
      [3, 'chunk'],
      [4, 'message'],
      [5, 'done']
    ])
    expect((await talk(chat, conversation)).messages.at(-1)?.content).toBe('Hello')
    expect(chat.service.requests).toHaveLength(1)
    const again = await chat.call('GET', `/api/chat/stream/${run}`, { headers: { 'last-event-id': '3' } })
    expect(await all(again)).toEqual(rest.slice(1))
    expect(await all(await chat.call('GET', `/api/chat/stream/${run}`))).toEqual([...seen, ...rest])
  })

  test('takes the place of the connection that it lost', async () => {
    const { answer, goOn } = inHalves()
    await using chat = await serveChat(answer)
    const first = eventsOf(await chat.call('POST', '/api/chat/stream', { body: { message: 'Hi' } }))
    const { run } = (await first.next()).value!.data
    await first.next()
    const second = await chat.call('GET', `/api/chat/stream/${String(run)}`, { headers: { 'last-event-id': '2' } })
    expect((await first.next()).done).toBe(true)
    goOn()
    expect((await all(second)).map(({ event }) => event)).toEqual(['chunk', 'message', 'done'])
  })

  test('G01 and does not come back ends the answer after the time of grace; nothing is kept', async () => {
    await using chat = await serveChat([hello, replyOf(said('Hel'), stall), hello], { chat: { graceMs: 50 }, key: { parallel: 1 } })
    const { conversation_id } = await say(chat, { message: 'One' })
    const { run } = await leaveAfter(chat, { message: 'Two', conversation_id }, 'chunk')
    expect(await chat.service.requests.at(1)!.closedEarly).toBe(true)
    const told = await all(await chat.call('GET', `/api/chat/stream/${run}`))
    expect(told.map(({ event }) => event)).toEqual(['status', 'chunk', 'error'])
    expect(told.at(-1)?.data).toMatchObject({ code: 'cancelled' })
    // Its place is free.
    await say(chat, { message: 'Three', conversation_id })
    expect((await talk(chat, conversation_id)).messages.map(({ content }) => content)).toEqual(['One', 'Hello', 'Three', 'Hello'])
  })

  test('is told when there is no such run or event, and so is everybody else', async () => {
    await using chat = await serveChat(hello)
    const told = await all(await chat.call('POST', '/api/chat/stream', { body: { message: 'Hi' } }))
    const path = `/api/chat/stream/${String(told[0]?.data['run'])}`
    const { secret } = await chat.makeKey()
    expect(await failure(await chat.call('GET', path, { key: secret }))).toEqual([404, 'run_not_found'])
    expect(await failure(await chat.call('GET', '/api/chat/stream/none'))).toEqual([404, 'run_not_found'])
    for (const id of ['99', '-1', 'x', '1.5']) {
      expect(await failure(await chat.call('GET', path, { headers: { 'last-event-id': id } }))).toEqual([400, 'invalid_request'])
    }
    expect((await chat.call('HEAD', path)).status).toBe(404)
  })

  test('G04 and reads nothing stops the vendor', async () => {
    let sent = 0
    const piece = `data: ${JSON.stringify(said('x'.repeat(64_000)))}\n\n`
    const pour: Step = async connection => {
      while (!connection.closed && sent < 400_000_000) {
        sent += piece.length
        await connection.write(piece)
      }
    }
    await using chat = await serveChat(sse([pour], { done: false }), { chat: { graceMs: 50 } })
    const controller = new AbortController()
    await chat.call('POST', '/api/chat/stream', { body: { message: 'Hi' }, signal: controller.signal })
    for (let before = -1; before !== sent;) {
      before = sent
      await new Promise(resolve => setTimeout(resolve, 400))
    }
    expect(sent).toBeLessThan(48_000_000)
    controller.abort()
    await until(() => chat.service.openSockets() === 0)
  })
})

describe('one conversation', () => {
  /** Says back how many messages it was given. */
  const count: Respond = request => replyOf(said(String(messagesOf(request).length)))

  test('G25 has fifty messages at once answered in order: none lost, none between others', async () => {
    await using chat = await serveChat(count)
    const { conversation_id } = await say(chat, { message: 'first' })
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_each, index) => {
        const body = { message: `message ${index}`, conversation_id }
        if (index % 2 === 0) return (await say(chat, body)).message.content
        const told = await all(await chat.call('POST', '/api/chat/stream', { body }))
        return (told.find(({ event }) => event === 'message')!.data as unknown as Answered).message.content
      })
    )
    // Each was told all that came before it.
    expect(answers.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_each, index) => 2 * index + 3))
    const { messages } = await talk(chat, conversation_id)
    expect(messages).toHaveLength(102)
    for (let at = 2; at < messages.length; at += 2) {
      const [asked, answered] = [messages.at(at)!, messages.at(at + 1)!]
      expect([asked.role, answered.role, answered.turn, answered.content]).toEqual(['user', 'assistant', asked.turn, String(at + 1)])
      expect(answers[Number(asked.content.split(' ')[1])]).toBe(answered.content)
    }
  })

  test('refuses a message that would wait too long, in this process and for another one', async () => {
    const gate = Promise.withResolvers<void>()
    await using chat = await serveChat([hello, replyOf(() => gate.promise, said('late')), hello], { chat: { waitMs: 50 } })
    const { conversation_id } = await say(chat, { message: 'One' })
    const first = say(chat, { message: 'Two', conversation_id })
    await chat.service.received(2)
    const { host, storage } = chat
    const other = createGateway({
      host,
      keys: storage.keys,
      conversations: storage.conversations,
      pressure: unpressed,
      chat: { waitMs: 50 }
    })
    const url = await other.listen({ host: '127.0.0.1', port: 0 })
    try {
      for (const place of [chat.url, url]) {
        const response = await fetch(`${place}/api/chat`, {
          method: 'POST',
          headers: { authorization: `Bearer ${chat.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ message: 'Three', conversation_id })
        })
        expect(response.headers.get('retry-after')).toBe('5')
        expect(await failure(response)).toEqual([409, 'conversation_busy'])
      }
    } finally {
      await other.close(0)
    }
    gate.resolve()
    expect((await first).message.content).toBe('late')
  })

  test('whose client leaves the line lets the others pass', async () => {
    const gate = Promise.withResolvers<void>()
    await using chat = await serveChat([hello, replyOf(() => gate.promise, said('late')), hello])
    const { conversation_id } = await say(chat, { message: 'One' })
    const second = say(chat, { message: 'Two', conversation_id })
    await chat.service.received(2)
    const controller = new AbortController()
    const third = chat.call('POST', '/api/chat/stream', { body: { message: 'Three', conversation_id }, signal: controller.signal })
    third.catch(() => {})
    const fourth = say(chat, { message: 'Four', conversation_id })
    controller.abort()
    gate.resolve()
    await Promise.all([second, fourth])
    expect((await talk(chat, conversation_id)).messages.map(({ content }) => content)).toEqual([
      'One',
      'Hello',
      'Two',
      'late',
      'Four',
      'Hello'
    ])
  })

  test('that is deleted in the middle of a turn is not written to', async () => {
    const gate = Promise.withResolvers<void>()
    await using chat = await serveChat([hello, replyOf(() => gate.promise, said('late'))])
    const { conversation_id } = await say(chat, { message: 'One' })
    const second = chat.call('POST', '/api/chat', { body: { message: 'Two', conversation_id } })
    await chat.service.received(2)
    expect((await chat.call('DELETE', `/api/conversations/${conversation_id}`)).status).toBe(204)
    gate.resolve()
    expect(await failure(await second)).toEqual([409, 'conversation_busy'])
    expect(await failure(await chat.call('GET', `/api/conversations/${conversation_id}`))).toEqual([404, 'conversation_not_found'])
  })
})

test('a turn that was lost, as its conversation is gone, lets the provider go', async () => {
  await using chat = await serveChat([hello, replyOf(said('Hel'), stall)])
  const { conversation_id } = await say(chat, { message: 'One' })
  const stream = all(await chat.call('POST', '/api/chat/stream', { body: { message: 'Two', conversation_id } }))
  const asked = await chat.service.received(2)
  await chat.call('DELETE', `/api/conversations/${conversation_id}`)
  expect(await asked.closedEarly).toBe(true)
  expect((await stream).at(-1)).toMatchObject({ event: 'error', data: { code: 'conversation_busy', status: 409 } })
}, 30_000)

describe('conversations', () => {
  test('are listed by pages, read, renamed, exported and deleted', async () => {
    await using chat = await serveChat(hello)
    const long = `  First line\nsecond ${'x'.repeat(100)}`
    const ids: string[] = []
    for (const message of [long, 'Two', 'Three']) ids.push((await say(chat, { message })).conversation_id)
    const [first = '', second = '', third = ''] = ids
    // What is written to moves to the front.
    await say(chat, { message: 'More', conversation_id: second })
    const page = await listed(chat, '?limit=2')
    expect([page.conversations.map(({ id }) => id), page.next]).toEqual([[second, third], third])
    const last = await listed(chat, `?limit=2&before=${third}`)
    expect([last.conversations.map(({ id, title }) => [id, title]), last.next]).toEqual([
      [[first, `First line second ${'x'.repeat(62)}`]],
      null
    ])
    const path = `/api/conversations/${second}`
    const renamed = await chat.call('PATCH', path, { body: { title: 'Two *times*' } })
    expect(await renamed.json()).toMatchObject({ id: second, title: 'Two *times*', message_count: 4 })
    const whole = await (await chat.call('GET', path)).json()
    const file = await chat.call('GET', `${path}/export`)
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="conversation-${second}.json"`)
    expect(await file.json()).toEqual(whole)
    const lines = (await (await chat.call('GET', `${path}/export?format=jsonl`)).text()).trim().split('\n')
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual((whole as { messages: unknown }).messages)
    expect(await (await chat.call('GET', `${path}/export?format=md`)).text()).toBe(
      '# Two *times*\n\n## User\n\nTwo\n\n## Assistant\n\nHello\n\n## User\n\nMore\n\n## Assistant\n\nHello\n'
    )
    expect((await chat.call('DELETE', path)).status).toBe(204)
    expect((await listed(chat)).conversations.map(({ id }) => id)).toEqual([third, first])
    expect(await failure(await chat.call('DELETE', path))).toEqual([404, 'conversation_not_found'])
  })

  test('A08 of somebody else are not there, whatever is asked of them', async () => {
    await using chat = await serveChat(hello)
    const { conversation_id } = await say(chat, { message: 'Mine' })
    const { secret: key } = await chat.makeKey()
    const { secret: admin } = await chat.makeKey({ role: 'admin' })
    const path = `/api/conversations/${conversation_id}`
    for (const other of [key, admin]) {
      const answers = [
        await chat.call('GET', path, { key: other }),
        await chat.call('GET', `${path}/export`, { key: other }),
        await chat.call('PATCH', path, { key: other, body: { title: 'Taken' } }),
        await chat.call('DELETE', path, { key: other }),
        await chat.call('POST', '/api/chat', { key: other, body: { message: 'Hi', conversation_id } }),
        await chat.call('POST', '/api/chat/stream', { key: other, body: { message: 'Hi', conversation_id } })
      ]
      const none = await chat.call('GET', `/api/conversations/${crypto.randomUUID()}`)
      const nothing = await none.text()
      for (const answer of answers) expect([answer.status, await answer.text()]).toEqual([404, nothing])
      expect((await listed(chat, '', other)).conversations).toEqual([])
      expect(await failure(await chat.call('GET', `/api/conversations?before=${conversation_id}`, { key: other }))).toEqual([
        400,
        'invalid_request'
      ])
    }
    expect((await talk(chat, conversation_id)).title).toBe('Mine')
    expect(chat.service.requests).toHaveLength(1)
  })

  test('without a key belong to everybody without one, where they are let in', async () => {
    await using open = await serveChat(hello, { anonymous: true })
    const { conversation_id } = await answerOf(await open.call('POST', '/api/chat', { key: '', body: { message: 'Hi' } }))
    expect((await open.call('GET', `/api/conversations/${conversation_id}`, { key: '' })).status).toBe(200)
    expect((await open.call('GET', `/api/conversations/${conversation_id}`)).status).toBe(404)
  })

  test.each(['limit=0', 'limit=101', 'limit=x', 'before=x', "before='--", 'limit=1&limit=2'])('have no page %p', async query => {
    await using chat = await serveChat(hello)
    expect(await failure(await chat.call('GET', `/api/conversations?${query}`))).toEqual([400, 'invalid_request'])
  })

  test.each([
    {},
    { title: '' },
    { title: ' ' },
    { title: 'a\nb' },
    { title: 'x'.repeat(201) },
    { title: '\0' },
    { title: 'a', owner: 'b' }
  ])('cannot be named %j', async body => {
    await using chat = await serveChat(hello)
    const { conversation_id } = await say(chat, { message: 'One' })
    expect(await failure(await chat.call('PATCH', `/api/conversations/${conversation_id}`, { body }))).toEqual([400, 'invalid_request'])
  })

  test('outlive the gateway', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'resoftai-chat-'))
    try {
      const setup = { storage: `sqlite:${join(folder, 'chat.db')}` }
      let id = ''
      let secret = ''
      {
        await using chat = await serveChat(hello, setup)
        ;({ secret } = await chat.makeKey({ name: 'ann' }))
        id = (await say(chat, { message: 'I am Ann.' }, secret)).conversation_id
      }
      await using chat = await serveChat(hello, { ...setup, key: { name: 'bob' } })
      await say(chat, { message: 'Who am I?', conversation_id: id }, secret)
      expect(messagesOf(chat.service.requests.at(0)!).map(({ content }) => content)).toEqual(['I am Ann.', 'Hello', 'Who am I?'])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

test('G07 a conversation whose process was killed in the middle of a turn goes on in the next one, as it was before the turn', async () => {
  const sandbox = new Sandbox()
  await using chat = await serve([hello, replyOf(said('Hel'), stall), hello])
  const ask = (url: string, key: string, path: string, body: object) =>
    fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })
  try {
    let key = ''
    let conversation_id = ''
    {
      await using running = await serveApart(sandbox, `${chat.service.url}/v1`)
      key = running.key!
      conversation_id = (await answerOf(await ask(running.url, key, '/api/chat', { message: 'One' }))).conversation_id
      const stream = eventsOf(await ask(running.url, key, '/api/chat/stream', { message: 'Two', conversation_id }))
      await stream.next()
      await stream.next()
      running.signal('SIGKILL')
      await running.ended
    }
    await using running = await serveApart(sandbox, `${chat.service.url}/v1`)
    // It waits until the lease of the dead process is over.
    await answerOf(await ask(running.url, key, '/api/chat', { message: 'Three', conversation_id }))
    expect(messagesOf(chat.service.requests.at(-1)!).map(({ content }) => content)).toEqual(['One', 'Hello', 'Three'])
  } finally {
    sandbox.remove()
  }
}, 60_000)
