import { describe, expect, test } from '@jest/globals'
import type { ContentPart, Message } from '@resoftai/sdk'
import { bot, dialectWith, encode, errorOf } from './asking.ts'

const user = (content: Message['content']): Message => ({ role: 'user', content })
const told = (data: object): Message => ({ role: 'assistant', content: 'Hello', providerData: { coze: data } })
const ids = { bot_id: bot, conversation_id: '22', chat_id: '11' }
const contents = (body: Readonly<Record<string, unknown>>) =>
  (body['additional_messages'] as readonly { readonly content: string }[]).map(({ content }) => content)

describe('the model', () => {
  test.each([
    ['bot', bot],
    ['', bot],
    ['73', '73'],
    ['bot-73', '73'],
    ['coze/73', '73'],
    ['coze/bot-73', '73'],
    ['coze/bot', bot]
  ])('%j is the bot %s', async (model, bot_id) => {
    expect((await encode({ model })).body).toMatchObject({ bot_id })
  })

  test.each([
    ['workflow-9', {}, '9'],
    ['coze/workflow-9', {}, '9'],
    ['workflow', { workflow_id: '8' }, '8']
  ])('%j is a workflow', async (model, config, workflow_id) => {
    expect(await encode({ model }, config)).toMatchObject({ path: '/v1/workflow/stream_run', body: { workflow_id } })
  })

  test('bot is the workflow where only that is configured', async () => {
    const dialect = await dialectWith({ bot_id: undefined, workflow_id: '8' })
    expect(dialect.encode({ model: 'bot', messages: [] }, 'stream').body).toMatchObject({ workflow_id: '8' })
  })

  test.each([
    ['bot', 'bot_id'],
    ['workflow', 'workflow_id']
  ])('%s needs %s, or a name', async (model, field) => {
    const dialect = await dialectWith({ bot_id: undefined })
    const error = errorOf(() => dialect.encode({ model, messages: [user('Hi')] }, 'stream'))
    expect(error).toMatchObject({ kind: 'bad_request', hint: expect.stringContaining(field) })
  })
})

describe('a setting that belongs to the bot', () => {
  test.each<[object, string]>([
    [{ temperature: 0 }, 'temperature'],
    [{ topP: 1 }, 'topP'],
    [{ maxTokens: 1 }, 'maxTokens'],
    [{ stop: ['x'] }, 'stop'],
    [{ seed: 1 }, 'seed'],
    [{ presencePenalty: 1 }, 'presencePenalty'],
    [{ frequencyPenalty: 1 }, 'frequencyPenalty'],
    [{ toolChoice: 'none' }, 'toolChoice'],
    [{ parallelToolCalls: false }, 'parallelToolCalls'],
    [{ responseFormat: { type: 'json' } }, 'responseFormat'],
    [{ reasoningEffort: 'low' }, 'reasoningEffort']
  ])('%j is warned of, for bots and workflows', async (request, name) => {
    const question = await encode({})
    for (const model of ['bot', 'workflow-1']) {
      const { warnings } = await encode({ model, ...request })
      expect(warnings).toEqual([expect.stringContaining(`\`${name}\``)])
    }
    expect((await encode(request)).body).toEqual(question.body)
  })

  test('is not warned of when it says nothing', async () => {
    const { warnings } = await encode({ toolChoice: 'auto', parallelToolCalls: true, responseFormat: { type: 'text' }, tools: [] })
    expect(warnings).toEqual([])
  })

  test('tools are named', async () => {
    const { body, warnings } = await encode({ tools: [{ name: 'weather' }, { name: 'now' }] })
    expect(body).not.toHaveProperty('tools')
    expect(warnings).toEqual([expect.stringContaining('weather, now')])
  })
})

describe('extra', () => {
  test('arrives unchanged and wins', async () => {
    const extra = { user_id: 'eve', stream: false, nested: { deep: [1, null] }, meta_data: { a: 'b' }, auto_save_history: false }
    expect((await encode({ extra, user: 'ada' })).body).toMatchObject(extra)
  })

  test('names the conversation in the address', async () => {
    const { query, body, warnings } = await encode({ extra: { conversation_id: '7&x=1' } })
    expect([query, body['conversation_id'], warnings]).toEqual([{ conversation_id: '7&x=1' }, undefined, []])
  })

  test('with an id that is none stays as it is', async () => {
    const { query, body } = await encode({ extra: { conversation_id: 7 } })
    expect([query, body['conversation_id']]).toEqual([{}, 7])
  })

  test('names the messages itself, whatever the others are', async () => {
    const { body } = await encode({ messages: [], extra: { additional_messages: [] } })
    expect(body).toMatchObject({ additional_messages: [] })
  })

  test('names another bot, whose conversation is not this one', async () => {
    const messages = [user('a'), told(ids), user('b')]
    expect(await encode({ messages, extra: { bot_id: '9' } })).toMatchObject({ query: {}, body: { bot_id: '9' } })
  })
})

describe('a conversation', () => {
  test('goes on where the bot left it, with what others said since', async () => {
    const messages = [user('a'), told(ids), user('b'), { role: 'assistant', content: 'c' } as const, user('d')]
    const { query, body, warnings } = await encode({ messages })
    expect([query, contents(body), warnings]).toEqual([{ conversation_id: '22' }, ['b', 'c', 'd'], []])
  })

  test.each<[string, object]>([
    ['of another bot', { ...ids, bot_id: '9' }],
    ['without a chat', { ...ids, chat_id: undefined }],
    ['that is no text', { ...ids, conversation_id: 22 }],
    ['of nothing', []]
  ])('%s is not continued', async (_, data) => {
    const { query, body } = await encode({ messages: [user('a'), told(data), user('b')] })
    expect([query, contents(body)]).toEqual([{}, ['a', 'Hello', 'b']])
  })

  test.each([{ config: { auto_save_history: false } }, { extra: { auto_save_history: false } }])(
    'that Coze did not keep is told again: %j',
    async ({ config = {}, extra = {} }) => {
      const { query, body } = await encode({ messages: [user('a'), told(ids), user('b')], extra }, config)
      expect([query, contents(body), body['auto_save_history']]).toEqual([{}, ['a', 'Hello', 'b'], false])
    }
  )

  test('is kept for a whole reply all the same, and said so', async () => {
    const { body, warnings } = await encode({}, { auto_save_history: false }, 'whole')
    expect([body['auto_save_history'], warnings]).toEqual([true, [expect.stringContaining('auto_save_history')]])
  })

  test('that the caller names gets what is new, and it is said', async () => {
    const { query, body, warnings } = await encode({
      messages: [user('a'), { role: 'assistant', content: 'b' }, user('c')],
      extra: { conversation_id: '7' }
    })
    expect([query, contents(body), warnings]).toEqual([{ conversation_id: '7' }, ['c'], [expect.stringContaining('7')]])
  })

  test('is left for the one that the caller names', async () => {
    const { query, body, warnings } = await encode({ messages: [user('a'), told(ids), user('b')], extra: { conversation_id: '7' } })
    expect([query, contents(body), warnings]).toEqual([{ conversation_id: '7' }, ['b'], [expect.stringContaining('7')]])
  })

  test('that the caller names and Coze does not keep gets everything', async () => {
    const messages = [user('a'), { role: 'assistant', content: 'b' } as const, user('c')]
    const { query, body } = await encode({ messages, extra: { conversation_id: '7' } }, { auto_save_history: false })
    expect([query, contents(body)]).toEqual([{ conversation_id: '7' }, ['a', 'b', 'c']])
  })

  test('of more than a hundred messages loses the oldest, and it is said', async () => {
    const messages = Array.from({ length: 103 }, (_, index) => user(`${index}`))
    const { body, warnings } = await encode({ messages })
    expect([contents(body).length, contents(body)[0], contents(body).at(-1)]).toEqual([100, '3', '102'])
    expect(warnings).toEqual([expect.stringContaining('oldest 3')])
  })

  test.each<[string, readonly Message[]]>([
    ['nothing', []],
    ['system text alone', [{ role: 'system', content: 'x' }]],
    ['the model last', [user('a'), { role: 'assistant', content: 'b' }]],
    ['nothing new', [user('a'), told(ids)]]
  ])('with %s is no question', async (_, messages) => {
    await expect(encode({ messages })).rejects.toMatchObject({ kind: 'bad_request', code: 'no_question' })
  })
})

describe('system text', () => {
  const messages: readonly Message[] = [{ role: 'system', content: 'A' }, user('a'), told(ids), user('b'), { role: 'system', content: 'B' }]

  test('is put before the last question, each time, and it is said once', async () => {
    const { body, warnings } = await encode({ messages })
    expect([contents(body), warnings]).toEqual([['A\n\nB\n\nb'], [expect.stringContaining('system messages')]])
  })

  test('is put before a picture too', async () => {
    const { body } = await encode({
      messages: [{ role: 'system', content: 'A' }, user([{ type: 'image', url: 'https://a.example/b.png' }])]
    })
    expect(contents(body)).toEqual(['[{"type":"text","text":"A"},{"type":"image","file_url":"https://a.example/b.png"}]'])
  })

  test('becomes a variable where one is named', async () => {
    const { body, warnings } = await encode({ messages }, { system_variable: 'rules', custom_variables: { tone: 'dry' } })
    expect([contents(body), body['custom_variables']]).toEqual([['b'], { tone: 'dry', rules: 'A\n\nB' }])
    expect(warnings).toEqual([expect.stringContaining('rules')])
  })

  test('that is blank is none', async () => {
    expect((await encode({ messages: [{ role: 'system', content: ' ' }, user('b')] })).warnings).toEqual([])
  })
})

describe('attachments', () => {
  const inline: readonly ContentPart[] = [
    { type: 'image', url: 'data:image/png;base64,iVBORw0KGgo=' },
    { type: 'file', url: 'data:application/pdf;base64,JVBERi0=' },
    { type: 'audio', data: 'UklGRg==', format: 'wav' },
    { type: 'image', url: 'file:///etc/passwd' }
  ]

  test.each(inline)('%j of the question is refused with a way out', async part => {
    const asking = encode({ messages: [user([{ type: 'text', text: 'What?' }, part])] })
    await expect(asking).rejects.toMatchObject({ kind: 'bad_request', code: 'attachment', hint: expect.stringContaining('upload') })
  })

  test('of earlier messages are left out, so that a conversation may come from elsewhere', async () => {
    const { body, warnings } = await encode({
      messages: [user([{ type: 'text', text: 'a' }, ...inline]), { role: 'assistant', content: 'b' }, user('c')]
    })
    expect([contents(body), warnings]).toEqual([['a', 'b', 'c'], [expect.stringContaining('left out')]])
  })

  test('what Coze cannot say of them is warned of', async () => {
    const { warnings } = await encode({
      messages: [
        {
          role: 'user',
          name: 'ada',
          content: [
            { type: 'image', url: 'https://a.example/b.png', detail: 'low' },
            { type: 'file', url: 'https://a.example/c.pdf', filename: 'c.pdf' }
          ]
        }
      ]
    })
    expect(warnings).toEqual([
      expect.stringContaining('`name`'),
      expect.stringContaining('`detail`'),
      expect.stringContaining('file names')
    ])
  })

  test('several texts beside one are joined, as Coze takes one', async () => {
    const { body } = await encode({
      messages: [
        user([
          { type: 'text', text: 'a' },
          { type: 'image', url: 'https://a.example/b.png' },
          { type: 'text', text: 'b' }
        ])
      ]
    })
    expect(JSON.parse(contents(body)[0] ?? '')).toEqual([
      { type: 'text', text: 'a\n\nb' },
      { type: 'image', file_url: 'https://a.example/b.png' }
    ])
  })
})

test('a header of the request wins, however it is written', async () => {
  const request = { model: 'bot', messages: [user('Hi')], headers: { authorization: 'mine', X_Tt_Env: 'ppe' } }
  expect((await dialectWith()).encode(request, 'stream').headers).toEqual({ authorization: 'mine', 'X-Tt-Env': 'ppe' })
})
