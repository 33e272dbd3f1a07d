import { describe, expect, test } from '@jest/globals'
import type { ChatRequest, Message } from '@resoftai/sdk'
import { joinUrl, type Quirks } from '../src/dialect.ts'
import { dialectWith } from './reading.ts'

const user: Message = { role: 'user', content: 'Hi' }

function encode(request: Partial<ChatRequest>, quirks: Quirks = {}, mode: 'stream' | 'whole' = 'whole') {
  const { body, warnings, ...wire } = dialectWith(quirks).encode({ model: 'm', messages: [user], ...request }, mode)
  return { body: body as Record<string, unknown>, warnings, ...wire }
}

function messagesOf(messages: readonly Message[], quirks: Quirks = {}): unknown {
  return encode({ messages }, quirks).body['messages']
}

const weather = { name: 'weather', parameters: { type: 'object' } }
const noTools = { type: 'object', properties: {} }

describe('a request', () => {
  test('holds only what was asked', () => {
    expect(encode({})).toEqual({
      url: 'https://service.example/v1/chat/completions',
      headers: { Authorization: 'Bearer {{secret:api_key}}' },
      body: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
      warnings: []
    })
  })

  test('asks a stream for usage', () => {
    expect(encode({}, {}, 'stream').body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(encode({}, { unsupported: ['stream_options'] }, 'stream')).toMatchObject({ body: { stream: true }, warnings: [] })
    expect(encode({}, { unsupported: ['stream_options'] }, 'stream').body).not.toHaveProperty('stream_options')
  })

  test('says every option in the words of the API', () => {
    const { body } = encode({
      temperature: 0,
      topP: 0.5,
      maxTokens: 9,
      stop: ['END'],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: -0.1,
      reasoningEffort: 'low',
      user: 'u'
    })
    expect(body).toMatchObject({
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop: ['END'],
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: -0.1,
      reasoning_effort: 'low',
      user: 'u'
    })
  })

  test('extra fields are sent untouched and win', () => {
    const { body } = encode({ temperature: 1, extra: { temperature: 0.5, provider: { order: ['a'] }, n: 1 } })
    expect(body).toMatchObject({ temperature: 0.5, provider: { order: ['a'] }, n: 1 })
  })

  test('S19: an extra field of an evil name is only a field', () => {
    const extra = JSON.parse('{"__proto__": {"polluted": 1}}') as Record<string, unknown>
    expect(JSON.stringify(encode({ extra }).body)).toContain('"__proto__":{"polluted":1}')
  })

  test('headers may be written with underscores, and win', () => {
    expect(encode({ headers: { HTTP_Referer: 'https://a.example', X_Title: 'A', authorization: 'mine' } }).headers).toEqual({
      authorization: 'mine',
      'HTTP-Referer': 'https://a.example',
      'X-Title': 'A'
    })
  })

  test.each([
    ['https://a.example/v1', 'https://a.example/v1/models'],
    ['https://a.example/v1//', 'https://a.example/v1/models'],
    ['https://a.example/v1?api-version=1', 'https://a.example/v1/models?api-version=1']
  ])('api_base %s leads to %s', (base, url) => {
    expect(joinUrl(base, '/models')).toBe(url)
  })
})

describe('what a service or a model does not know', () => {
  test('is left out with a warning', () => {
    const { body, warnings } = encode({ seed: 1, stop: ['x'], temperature: 1 }, { unsupported: ['seed', 'stop'] })
    expect(body).toEqual({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], temperature: 1 })
    expect(warnings).toEqual([
      'This service does not support `stop`; it was left out.',
      'This service does not support `seed`; it was left out.'
    ])
  })

  test('or has another name', () => {
    const { body } = encode({ maxTokens: 9, seed: 1 }, { rename: { max_tokens: 'max_completion_tokens', seed: 'random_seed' } })
    expect(body).toMatchObject({ max_completion_tokens: 9, random_seed: 1 })
    expect(body).not.toHaveProperty('max_tokens')
  })

  test.each([
    ['o1-mini', 'user', ['temperature']],
    ['o1', 'developer', ['temperature']],
    ['o3-mini', 'developer', ['temperature', 'stop']],
    ['o4-mini-2025-04-16', 'developer', ['temperature', 'stop']],
    ['gpt-5', 'developer', ['temperature']],
    ['gpt-5-mini-2025-08-07', 'developer', ['temperature']],
    ['gpt-5.1', 'developer', ['temperature']],
    ['gpt-6', 'developer', ['temperature']],
    ['gpt-5-chat-latest', 'system', []],
    ['gpt-4o', 'system', []],
    ['gpt-4.1', 'system', []],
    ['gpt-35-turbo', 'system', []],
    ['gpt-oss-120b', 'system', []],
    ['o3x', 'system', []]
  ])('the model %s has system messages from the %s and refuses %j', (model, role, refused) => {
    const { body, warnings } = encode({ model, messages: [{ role: 'system', content: 's' }], temperature: 1, stop: ['x'], maxTokens: 5 })
    const isReasoning = refused.length > 0
    expect(body['messages']).toEqual([{ role, content: 's' }])
    expect(body).toHaveProperty(isReasoning ? 'max_completion_tokens' : 'max_tokens', 5)
    for (const field of ['temperature', 'stop']) expect(Object.hasOwn(body, field)).toBe(!refused.includes(field))
    expect(warnings).toEqual(refused.map(field => `The model ${model} does not support \`${field}\`; it was left out.`))
  })

  test('gpt-5.1 takes a temperature when it does not reason', () => {
    expect(encode({ model: 'gpt-5.1', temperature: 1, reasoningEffort: 'none' }).body).toMatchObject({ temperature: 1 })
    expect(encode({ model: 'gpt-5', temperature: 1, reasoningEffort: 'none' }).body).not.toHaveProperty('temperature')
  })

  test('configuration is stronger than what is known of the model', () => {
    const { body } = encode(
      { model: 'o3', messages: [{ role: 'system', content: 's' }], maxTokens: 5 },
      { systemRole: 'system', rename: { max_tokens: 'max_tokens' } }
    )
    expect(body).toMatchObject({ max_tokens: 5, messages: [{ role: 'system', content: 's' }] })
  })

  test.each<[Quirks['reasoningStyle'], string, unknown]>([
    ['effort', 'high', { reasoning_effort: 'high' }],
    ['object', 'high', { reasoning: { effort: 'high' } }],
    ['thinking', 'high', { thinking: { type: 'enabled' }, reasoning_effort: 'high' }],
    ['thinking', 'none', { thinking: { type: 'disabled' } }]
  ])('an effort in the style %s: %s is %j', (reasoningStyle, reasoningEffort, expected) => {
    const { model: _model, messages: _messages, ...rest } = encode({ reasoningEffort }, { ...(reasoningStyle && { reasoningStyle }) }).body
    expect(rest).toEqual(expected)
  })
})

describe('messages', () => {
  test('content parts', () => {
    expect(
      messagesOf([
        {
          role: 'user',
          name: 'ada',
          content: [
            { type: 'text', text: 'What?' },
            { type: 'image', url: 'data:image/png;base64,AA==', detail: 'low' },
            { type: 'image', url: 'https://a.example/b.png' },
            { type: 'audio', data: 'AA==', format: 'wav' },
            { type: 'file', url: 'data:application/pdf;base64,AA==', filename: 'a.pdf' }
          ]
        }
      ])
    ).toEqual([
      {
        role: 'user',
        name: 'ada',
        content: [
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
          { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }
        ]
      }
    ])
  })

  test('names are left out where they are an error', () => {
    const named: Message = { role: 'user', content: 'Hi', name: 'ada' }
    expect(encode({ messages: [named, named] }, { unsupported: ['name'] })).toMatchObject({
      body: { messages: [user, user] },
      warnings: ['This service does not support `name` of messages; it was left out.']
    })
  })

  const calls: readonly Message[] = [
    user,
    {
      role: 'assistant',
      content: '',
      reasoning: 'Hm',
      toolCalls: [
        { id: 'a', name: 'weather', arguments: '{"city":"Paris"}' },
        { id: 'b', name: 'now', arguments: '{}' }
      ],
      providerData: {
        reasoning_details: [{ type: 'reasoning.text', text: 'Hm', signature: 's' }],
        extra_content: { 1: { google: {} } },
        other: 1
      }
    },
    { role: 'tool', toolCallId: 'b', content: 'noon' },
    {
      role: 'tool',
      toolCallId: 'a',
      content: [
        { type: 'text', text: 'sunny' },
        { type: 'image', url: 'data:x' },
        { type: 'text', text: 'warm' }
      ]
    },
    { role: 'user', content: 'Thanks' }
  ]

  test('tool calls and results, attachments behind them', () => {
    const { body, warnings } = encode({ messages: calls }, { replay: [] })
    expect(body['messages']).toEqual([
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
          { id: 'b', type: 'function', function: { name: 'now', arguments: '{}' } }
        ]
      },
      { role: 'tool', tool_call_id: 'b', content: 'noon' },
      { role: 'tool', tool_call_id: 'a', content: 'sunny\nwarm' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What the tools returned besides text:' },
          { type: 'image_url', image_url: { url: 'data:x' } }
        ]
      },
      { role: 'user', content: 'Thanks' }
    ])
    expect(warnings).toHaveLength(1)
  })

  test('the older form has one call a message, each with its result behind it', () => {
    expect(messagesOf(calls.slice(0, 4), { toolStyle: 'functions', replay: [] })).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{"city":"Paris"}' } },
      { role: 'function', name: 'weather', content: 'sunny\nwarm' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What the tools returned besides text:' },
          { type: 'image_url', image_url: { url: 'data:x' } }
        ]
      },
      { role: 'assistant', content: null, function_call: { name: 'now', arguments: '{}' } },
      { role: 'function', name: 'now', content: 'noon' }
    ])
  })

  test('in the older form an id may come again in a later turn', () => {
    const turn = (name: string): Message[] => [
      { role: 'assistant', content: '', toolCalls: [{ id: 'call_0', name, arguments: '{}' }] },
      { role: 'tool', toolCallId: 'call_0', content: name }
    ]
    expect(messagesOf([...turn('one'), ...turn('two')], { toolStyle: 'functions' })).toMatchObject([
      { function_call: { name: 'one' } },
      { role: 'function', name: 'one', content: 'one' },
      { function_call: { name: 'two' } },
      { role: 'function', name: 'two', content: 'two' }
    ])
  })

  test.each<[Quirks['replay'], object, object]>([
    [['reasoning_content'], { reasoning_content: 'Hm' }, {}],
    [['reasoning_details'], { reasoning_details: [{ type: 'reasoning.text', text: 'Hm', signature: 's' }] }, {}],
    [['extra_content'], {}, { extra_content: { google: {} } }],
    [undefined, { reasoning_details: [{ type: 'reasoning.text', text: 'Hm', signature: 's' }] }, { extra_content: { google: {} } }],
    [[], {}, {}]
  ])('what travels back with %j', (replay, onMessage, onCall) => {
    const [, assistant] = messagesOf(calls, { ...(replay && { replay }) }) as Record<string, unknown>[]
    const { role: _role, content: _content, tool_calls: toolCalls, ...rest } = assistant ?? {}
    expect(rest).toEqual(onMessage)
    expect((toolCalls as unknown[])[1]).toEqual({ id: 'b', type: 'function', function: { name: 'now', arguments: '{}' }, ...onCall })
  })

  test('reasoning_content goes with every message that calls tools, even empty (DeepSeek), and not with others that have none', () => {
    const messages: Message[] = [
      { role: 'assistant', content: 'x', toolCalls: [{ id: 'a', name: 'f', arguments: '{}' }] },
      { role: 'assistant', content: 'y' }
    ]
    expect(messagesOf(messages, { replay: ['reasoning_content'] })).toMatchObject([
      { reasoning_content: '' },
      { role: 'assistant', content: 'y' }
    ])
    expect((messagesOf(messages, { replay: ['reasoning_content'] }) as object[])[1]).not.toHaveProperty('reasoning_content')
  })

  test('provider data of another dialect is not sent', () => {
    const message: Message = {
      role: 'assistant',
      content: 'x',
      providerData: { reasoning_details: 'no list', extra_content: [1], content: [] }
    }
    expect(messagesOf([message])).toEqual([{ role: 'assistant', content: 'x' }])
  })
})

describe('tools', () => {
  test('in the newer form', () => {
    const { body } = encode({
      tools: [weather, { name: 'now', description: 'd', strict: true }],
      toolChoice: { name: 'now' },
      parallelToolCalls: false
    })
    expect(body).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } },
        { type: 'function', function: { name: 'now', description: 'd', parameters: noTools, strict: true } }
      ],
      tool_choice: { type: 'function', function: { name: 'now' } },
      parallel_tool_calls: false
    })
  })

  test.each<[ChatRequest['toolChoice'], unknown, number]>([
    ['auto', 'auto', 0],
    ['none', 'none', 0],
    [{ name: 'weather' }, { name: 'weather' }, 0],
    ['required', 'auto', 1]
  ])('in the older form the choice %j is %j', (toolChoice, expected, warned) => {
    const { body, warnings } = encode({ tools: [weather, { name: 'now' }], ...(toolChoice && { toolChoice }) }, { toolStyle: 'functions' })
    expect(body).toMatchObject({ functions: [weather, { name: 'now', parameters: noTools }], function_call: expected })
    expect(warnings).toHaveLength(warned)
  })

  test('in the older form one required tool is named', () => {
    expect(encode({ tools: [weather], toolChoice: 'required' }, { toolStyle: 'functions' }).body).toMatchObject({
      function_call: { name: 'weather' }
    })
  })

  test('a choice without tools is left out', () => {
    const { body, warnings } = encode({ tools: [], toolChoice: 'required', parallelToolCalls: true })
    expect(body).toEqual({ model: 'm', messages: [user] })
    expect(warnings).toHaveLength(1)
  })
})

describe('structured output', () => {
  const wanted = { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: true, description: 'd' } as const

  test('is asked for in the form that was wanted', () => {
    expect(encode({ responseFormat: { type: 'text' } }).body).toMatchObject({ response_format: { type: 'text' } })
    expect(encode({ responseFormat: { type: 'json' } }).body).toMatchObject({ response_format: { type: 'json_object' } })
    expect(encode({ responseFormat: wanted }).body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' }, strict: true, description: 'd' } }
    })
  })

  test('without schemas the model is told the schema', () => {
    const { body, warnings } = encode(
      { responseFormat: wanted, messages: [{ role: 'system', content: 'Be brief.' }, user] },
      { jsonModes: ['json_object'] }
    )
    expect(body).toMatchObject({
      response_format: { type: 'json_object' },
      messages: [{ role: 'system', content: expect.stringMatching(/^Be brief\.\n\n.*JSON.*\n\{"type":"object"\}$/s) }, user]
    })
    expect(warnings).toHaveLength(1)
    expect(encode({ responseFormat: wanted }, { jsonModes: ['json_object'] }).body['messages']).toMatchObject([{ role: 'system' }, user])
  })

  test('without JSON objects any object is asked for', () => {
    expect(encode({ responseFormat: { type: 'json' } }, { jsonModes: ['json_schema'] }).body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } }
    })
  })

  test('without either the model is asked in words', () => {
    const { body, warnings } = encode({ responseFormat: { type: 'json' } }, { jsonModes: [] })
    expect(body).not.toHaveProperty('response_format')
    expect(body['messages']).toMatchObject([{ role: 'system', content: expect.stringContaining('JSON') }, user])
    expect(warnings).toHaveLength(1)
  })
})

describe('health', () => {
  test('is the model list unless the service has a better path', () => {
    expect(dialectWith().health).toBeUndefined()
    expect(dialectWith({ healthPath: '/key' }).health?.encode()).toEqual({
      url: 'https://service.example/v1/key',
      headers: { Authorization: 'Bearer {{secret:api_key}}' }
    })
  })
})
