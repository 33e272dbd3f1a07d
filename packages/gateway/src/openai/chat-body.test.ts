import { describe, expect, test } from '@jest/globals'
import { GatewayError } from '../error.ts'
import { readChatBody } from './chat-body.ts'

const question = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }

/** A body that is right but for some fields. */
const withFields = (fields: object) => ({ ...question, ...fields })
const withMessages = (...messages: readonly object[]) => ({ model: 'm', messages })

function refusal(body: unknown): GatewayError {
  try {
    readChatBody(body)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('It was taken.')
}

const messagesOf = (...messages: readonly object[]) => readChatBody(withMessages(...messages)).ask.messages

describe('a chat body', () => {
  test('of the least is a question of one message, whole and once', () => {
    expect(readChatBody(question)).toEqual({
      model: 'm',
      stream: false,
      includeUsage: false,
      n: 1,
      ask: { messages: [{ role: 'user', content: 'Hi' }] },
      functions: false,
      warnings: []
    })
  })

  test('with every field is told in our words', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const body = withFields({
      temperature: 0.5,
      top_p: 0.9,
      max_completion_tokens: 100,
      stop: 'END',
      seed: -7,
      presence_penalty: -1,
      frequency_penalty: 2,
      tools: [{ type: 'function', function: { name: 'weather', description: 'Tells it', parameters: schema, strict: true } }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema, strict: true, description: 'A place' } },
      reasoning_effort: 'low',
      user: 'u-1',
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      n: 3
    })
    const { ask, ...form } = readChatBody(body)
    expect(form).toEqual({ model: 'm', stream: true, includeUsage: true, n: 3, functions: false, warnings: [] })
    expect(ask).toEqual({
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0.5,
      topP: 0.9,
      maxTokens: 100,
      stop: ['END'],
      seed: -7,
      presencePenalty: -1,
      frequencyPenalty: 2,
      tools: [{ name: 'weather', description: 'Tells it', parameters: schema, strict: true }],
      toolChoice: { name: 'weather' },
      parallelToolCalls: false,
      responseFormat: { type: 'json_schema', name: 'place', schema, strict: true, description: 'A place' },
      reasoningEffort: 'low',
      user: 'u-1'
    })
  })

  test.each([
    ['stop', ['a', 'b'], { stop: ['a', 'b'] }],
    ['stop', [], {}],
    ['max_tokens', 5, { maxTokens: 5 }],
    ['tools', [], {}],
    ['tools', [{ function: { name: 'now', parameters: null } }], { tools: [{ name: 'now' }] }],
    ['tool_choice', 'required', { toolChoice: 'required' }],
    ['response_format', { type: 'text' }, { responseFormat: { type: 'text' } }],
    ['response_format', { type: 'json_object' }, { responseFormat: { type: 'json' } }]
  ])('%s %j is taken as it is meant', (field, value, expected) => {
    expect(readChatBody(withFields({ [field]: value })).ask).toEqual({ messages: question.messages, ...expected })
  })

  test('takes a field that is null as absent', () => {
    const names = ['temperature', 'max_tokens', 'max_completion_tokens', 'stop', 'tools', 'tool_choice', 'response_format', 'user', 'n']
    const nothing = Object.fromEntries([...names, 'stream', 'stream_options', 'functions', 'function_call'].map(name => [name, null]))
    expect(readChatBody(withFields(nothing))).toEqual(readChatBody(question))
  })

  test('hands on fields that nobody here knows, unchanged', () => {
    const strange = { top_k: 40, metadata: { a: [1, null, { b: true }] }, safe_prompt: null, logit_bias: { '50256': -100 } }
    const { ask } = readChatBody(withFields(strange))
    expect(ask.extra).toEqual(strange)
    expect(ask.extra?.metadata).toBe(strange.metadata)
  })

  test('tells usage at the end of a stream only', () => {
    expect(readChatBody(withFields({ stream_options: { include_usage: true } })).includeUsage).toBe(false)
    expect(readChatBody(withFields({ stream: true, stream_options: { include_usage: false } })).includeUsage).toBe(false)
    expect(readChatBody(withFields({ stream: true, stream_options: null })).includeUsage).toBe(false)
  })

  test('in the older form means tools, one call a turn', () => {
    const body = withFields({ functions: [{ name: 'now', parameters: { type: 'object' } }], function_call: { name: 'now' } })
    const { ask, functions } = readChatBody(body)
    expect(functions).toBe(true)
    expect(ask).toMatchObject({
      tools: [{ name: 'now', parameters: { type: 'object' } }],
      toolChoice: { name: 'now' },
      parallelToolCalls: false
    })
    expect(readChatBody(withFields({ functions: [], function_call: 'none' })).ask).toEqual({
      ...readChatBody(question).ask,
      toolChoice: 'none'
    })
  })
})

describe('a message', () => {
  test('of any role is told in our words', () => {
    expect(
      messagesOf(
        { role: 'system', content: 'Be brief.' },
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'Be' },
            { type: 'text', text: 'kind.' }
          ]
        },
        { role: 'user', content: 'Weather?', name: 'ann' },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '' } }] },
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'sunny' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'It is ' },
            { type: 'refusal', refusal: 'secret' }
          ],
          tool_calls: []
        },
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'assistant', content: null }
      )
    ).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'system', content: 'Be\nkind.' },
      { role: 'user', content: 'Weather?', name: 'ann' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'weather', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'c1', content: [{ type: 'text', text: 'sunny' }] },
      { role: 'assistant', content: 'It is secret' },
      { role: 'assistant', content: 'No.' },
      { role: 'assistant', content: '' }
    ])
  })

  test('may hold images, sound and files', () => {
    const data = 'data:image/png;base64,AAAA'
    const content = [
      { type: 'text', text: 'See:' },
      { type: 'image_url', image_url: { url: data, detail: 'low' } },
      { type: 'image_url', image_url: 'https://pictures.example/1.png' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
      { type: 'file', file: { file_data: 'DATA:,x' } }
    ]
    expect(messagesOf({ role: 'user', content })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See:' },
          { type: 'image', url: data, detail: 'low' },
          { type: 'image', url: 'https://pictures.example/1.png' },
          { type: 'audio', data: 'AAAA', format: 'wav' },
          { type: 'file', url: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
          { type: 'file', url: 'DATA:,x' }
        ]
      }
    ])
  })

  test('brings back the reasoning and what is the vendor’s own', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
    const details = [{ type: 'reasoning.encrypted', data: 'x' }]
    const own = { anthropic: { blocks: [1] } }
    expect(
      messagesOf(
        { role: 'assistant', content: 'a', reasoning_content: 'why', provider_data: own },
        { role: 'assistant', content: 'b', reasoning: 'because', reasoning_content: null, provider_data: {} },
        { role: 'assistant', content: 'c', reasoning_content: '', reasoning_details: details },
        { role: 'assistant', content: '', tool_calls: [call, { ...call, id: 'd', extra_content: { google: { thought_signature: 's' } } }] }
      )
    ).toEqual([
      { role: 'assistant', content: 'a', reasoning: 'why', providerData: own },
      { role: 'assistant', content: 'b', reasoning: 'because' },
      { role: 'assistant', content: 'c', providerData: { reasoning_details: details } },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { id: 'c', name: 'f', arguments: '{}' },
          { id: 'd', name: 'f', arguments: '{}' }
        ],
        providerData: { extra_content: { 1: { google: { thought_signature: 's' } } } }
      }
    ])
  })

  test('of the older form belongs to the latest call of its name', () => {
    const call = { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } }
    expect(messagesOf(call, { role: 'function', name: 'f', content: '1' }, call, { role: 'function', name: 'f', content: null })).toEqual([
      { role: 'assistant', content: '', toolCalls: [{ id: 'call_0', name: 'f', arguments: '{"a":1}' }] },
      { role: 'tool', toolCallId: 'call_0', name: 'f', content: '1' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'call_2', name: 'f', arguments: '{"a":1}' }] },
      { role: 'tool', toolCallId: 'call_2', name: 'f', content: '' }
    ])
  })

  test('warns of fields that have no place, and not of those that say nothing', () => {
    const { warnings } = readChatBody(
      withMessages(
        { role: 'system', content: 'a', name: 'x', refusal: null },
        { role: 'user', content: [{ type: 'text', text: 'b', cache_control: { type: 'ephemeral' } }], 'bad name\n': 1 },
        { role: 'assistant', content: 'c', audio: null, annotations: [], parsed: null, function_call: null },
        { role: 'assistant', content: 'd', audio: { id: 'a' } },
        { role: 'assistant', tool_calls: [{ index: 0, id: 'c', custom: null, caller: 'x', function: { name: 'f' } }] }
      )
    )
    expect(warnings).toEqual(['Fields of messages that no provider is told were left out: name, cache_control, audio, caller.'])
  })
})

describe('what is wrong is named:', () => {
  const cases: readonly (readonly [param: string | undefined, body: unknown])[] = [
    [undefined, null],
    [undefined, []],
    [undefined, 'text'],
    ['model', { messages: question.messages }],
    ['model', withFields({ model: '' })],
    ['model', withFields({ model: 'm'.repeat(513) })],
    ['model', withFields({ model: 7 })],
    ['messages', { model: 'm' }],
    ['messages', withFields({ messages: null })],
    ['messages', withFields({ messages: [] })],
    ['messages', withFields({ messages: 'Hi' })],
    ['messages', withFields({ messages: { length: 3 } })],
    ['messages.0', withMessages([])],
    ['messages.0.role', withMessages({ content: 'x' })],
    ['messages.0.role', withMessages({ role: 'constructor', content: 'x' })],
    ['messages.0.content', withMessages({ role: 'user' })],
    ['messages.0.content', withMessages({ role: 'user', content: null })],
    ['messages.0.content', withMessages({ role: 'user', content: [] })],
    ['messages.0.content', withMessages({ role: 'user', content: { text: 'x' } })],
    ['messages.0.content', withMessages({ role: 'system', content: 7 })],
    ['messages.0.content.0', withMessages({ role: 'user', content: ['x'] })],
    ['messages.0.content.0', withMessages({ role: 'system', content: [{ type: 'image_url', image_url: 'data:,x' }] })],
    ['messages.0.content.0.type', withMessages({ role: 'user', content: [{ type: 'video_url' }] })],
    ['messages.0.content.0.type', withMessages({ role: 'user', content: [{ type: 'toString' }] })],
    ['messages.0.content.0.text', withMessages({ role: 'user', content: [{ type: 'text' }] })],
    ['messages.0.content.0.image_url', withMessages({ role: 'user', content: [{ type: 'image_url' }] })],
    [
      'messages.0.content.0.image_url.url',
      withMessages({ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc' } }] })
    ],
    [
      'messages.0.content.0.image_url.detail',
      withMessages({ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,x', detail: 'huge' } }] })
    ],
    ['messages.0.content.0.input_audio.data', withMessages({ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] })],
    ['messages.0.content.0.file.file_id', withMessages({ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] })],
    ['messages.0.content.0.file.file_data', withMessages({ role: 'user', content: [{ type: 'file', file: { file_data: 'AAAA' } }] })],
    ['messages.0.name', withMessages({ role: 'user', content: 'x', name: 7 })],
    ['messages.0.tool_call_id', withMessages({ role: 'tool', content: 'x' })],
    ['messages.0.name', withMessages({ role: 'function', content: 'x' })],
    ['messages.0.refusal', withMessages({ role: 'assistant', refusal: 7 })],
    ['messages.0.reasoning_content', withMessages({ role: 'assistant', content: '', reasoning_content: {} })],
    ['messages.0.provider_data', withMessages({ role: 'assistant', content: '', provider_data: 'x' })],
    ['messages.0.tool_calls', withMessages({ role: 'assistant', content: '', tool_calls: {} })],
    ['messages.0.tool_calls.0', withMessages({ role: 'assistant', content: '', tool_calls: [1] })],
    ['messages.0.tool_calls.0.id', withMessages({ role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'f' } }] })],
    ['messages.0.tool_calls.0.type', withMessages({ role: 'assistant', tool_calls: [{ id: 'c', type: 'custom', custom: {} }] })],
    ['messages.0.tool_calls.0.function', withMessages({ role: 'assistant', tool_calls: [{ id: 'c', type: 'function' }] })],
    ['messages.0.tool_calls.0.function.name', withMessages({ role: 'assistant', tool_calls: [{ id: 'c', function: { name: '' } }] })],
    [
      'messages.0.tool_calls.0.function.arguments',
      withMessages({ role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: {} } }] })
    ],
    ['temperature', withFields({ temperature: '1' })],
    ['temperature', JSON.parse('{"model":"m","temperature":1e999,"messages":[{"role":"user","content":"Hi"}]}')],
    ['top_p', withFields({ top_p: [] })],
    ['max_tokens', withFields({ max_tokens: 0 })],
    ['max_tokens', withFields({ max_tokens: 1.5 })],
    ['max_completion_tokens', withFields({ max_tokens: 5, max_completion_tokens: 6 })],
    ['stop', withFields({ stop: 1 })],
    ['stop', withFields({ stop: Array(65).fill('x') })],
    ['stop.1', withFields({ stop: ['x', null] })],
    ['seed', withFields({ seed: 2 ** 60 })],
    ['user', withFields({ user: {} })],
    ['stream', withFields({ stream: 'true' })],
    ['stream_options', withFields({ stream: true, stream_options: true })],
    ['stream_options.include_usage', withFields({ stream: true, stream_options: { include_usage: 1 } })],
    ['n', withFields({ n: 0 })],
    ['n', withFields({ n: 17 })],
    ['n', withFields({ n: '2' })],
    ['tools', withFields({ tools: {} })],
    ['tools.0.type', withFields({ tools: [{ type: 'web_search' }] })],
    ['tools.0.function', withFields({ tools: [{ type: 'function' }] })],
    ['tools.0.function.name', withFields({ tools: [{ type: 'function', function: {} }] })],
    ['tools.0.function.parameters', withFields({ tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] })],
    ['tools.0.function.strict', withFields({ tools: [{ type: 'function', function: { name: 'f', strict: 'yes' } }] })],
    ['functions', withFields({ tools: [{ type: 'function', function: { name: 'f' } }], functions: [{ name: 'f' }] })],
    ['functions.0.name', withFields({ functions: [{}] })],
    ['function_call', withFields({ functions: [{ name: 'f' }], function_call: 'required' })],
    ['tool_choice', withFields({ tool_choice: 'any' })],
    ['tool_choice', withFields({ tool_choice: { type: 'allowed_tools' } })],
    ['tool_choice.function.name', withFields({ tool_choice: { type: 'function', function: {} } })],
    ['parallel_tool_calls', withFields({ parallel_tool_calls: 'no' })],
    ['response_format', withFields({ response_format: 'json' })],
    ['response_format.type', withFields({ response_format: { type: 'xml' } })],
    ['response_format.json_schema', withFields({ response_format: { type: 'json_schema' } })],
    ['response_format.json_schema.name', withFields({ response_format: { type: 'json_schema', json_schema: { schema: {} } } })],
    ['response_format.json_schema.schema', withFields({ response_format: { type: 'json_schema', json_schema: { name: 'x' } } })],
    ['reasoning_effort', withFields({ reasoning_effort: 3 })]
  ]

  test.each(cases)('%s in %j', (param, body) => {
    const error = refusal(body)
    expect({ status: error.status, type: error.type, code: error.code, param: error.param }).toEqual({
      status: 400,
      type: 'invalid_request_error',
      code: 'invalid_request',
      param
    })
    if (param !== undefined) expect(error.message).toContain(`\`${param}\``)
  })

  test('a value of the client is not repeated', () => {
    const { message } = refusal(withFields({ temperature: 'my-secret-key' }))
    expect(message).not.toContain('my-secret-key')
  })
})

describe('a hostile body', () => {
  const refusedFields = [
    'api_key',
    'api_base',
    'base_url',
    'headers',
    'extra_headers',
    'extra_body',
    'organization',
    'timeout',
    'constructor'
  ]

  test.each(refusedFields)('cannot reach outside of its request by %s', field => {
    const error = refusal(JSON.parse(`{"${field}":{"x":1},"model":"m","messages":[{"role":"user","content":"Hi"}]}`))
    expect(error).toMatchObject({ status: 400, code: 'unsupported_parameter', param: field })
  })

  test('changes no prototype', () => {
    const bodies = [
      '{"__proto__":{"polluted":1},"model":"m","messages":[{"role":"user","content":"Hi"}]}',
      '{"metadata":{"a":[{"__proto__":{"polluted":1}}]},"model":"m","messages":[{"role":"user","content":"Hi"}]}',
      '{"model":"m","messages":[{"role":"assistant","content":"","provider_data":{"__proto__":{"polluted":1}}}]}',
      '{"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"__proto__":{"polluted":1}}}}]}'
    ]
    for (const body of bodies) expect(refusal(JSON.parse(body)).status).toBe(400)
    const named = JSON.parse('{"model":"m","messages":[{"role":"user","content":"Hi","__proto__":{"polluted":1}}]}') as unknown
    expect(readChatBody(named).ask.messages).toEqual([{ role: 'user', content: 'Hi' }])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('may name a property of a schema as it likes', () => {
    const parameters = { type: 'object', properties: { constructor: { type: 'string' }, toString: { type: 'string' } } }
    const { ask } = readChatBody(withFields({ tools: [{ type: 'function', function: { name: 'f', parameters } }] }))
    expect(ask.tools).toEqual([{ name: 'f', parameters }])
  })

  const deep = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown
  const deepObject = JSON.parse('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)) as object
  const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, position) => [`k${position}`, position]))

  test('is taken to a depth of 100 and refused below', () => {
    expect(readChatBody(withFields({ metadata: deep(100) })).ask.extra).toBeDefined()
    expect(refusal(withFields({ metadata: deep(101) })).param).toBe('metadata')
  })

  const million = (item: object) => Array.from({ length: 1_000_000 }, () => item)

  const hostile: readonly (readonly [string, unknown])[] = [
    ['100,000 levels in an unknown field', withFields({ metadata: deep(100_000) })],
    ['100,000 levels in a schema', withFields({ tools: [{ type: 'function', function: { name: 'f', parameters: deepObject } }] })],
    [
      '100,000 levels in a format',
      withFields({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: deepObject } } })
    ],
    ['100,000 levels of what is the vendor’s own', withMessages({ role: 'assistant', content: '', provider_data: deepObject })],
    ['100,000 levels of content', withMessages({ role: 'user', content: deep(100_000) })],
    ['200,000 unknown fields', withFields(many)],
    ['200,000 fields in an unknown field', withFields({ metadata: many })],
    ['200,000 fields of a message', withMessages({ role: 'user', content: 'Hi', ...many })],
    ['200,000 fields of a part', withMessages({ role: 'user', content: [{ type: 'text', text: 'Hi', ...many }] })],
    ['1,000,000 numbers', withFields({ metadata: Array(1_000_000).fill(1) })],
    ['1,000,000 messages', withFields({ messages: million({ role: 'user', content: '' }) })],
    ['1,000,000 parts', withMessages({ role: 'user', content: million({ type: 'text', text: '' }) })],
    ['1,000,000 calls', withMessages({ role: 'assistant', tool_calls: million({ id: 'c', function: { name: 'f' } }) })],
    ['1,000,000 tools', withFields({ tools: million({ type: 'function', function: { name: 'f' } }) })],
    ['a name of 1,000,000 letters', withFields({ ['x'.repeat(1_000_000)]: 1 })],
    ['a number that is too large', withFields({ top_k: Number.POSITIVE_INFINITY })]
  ]

  test.each(hostile)('of %s is refused', (_, body) => {
    const error = refusal(body)
    expect(error.status).toBe(400)
    expect(JSON.stringify(error).length).toBeLessThan(500)
  })

  test('is counted as a whole, not field by field', () => {
    const some = Array(30_000).fill(1)
    expect(refusal(withFields({ a: some, b: some, c: some, d: some })).param).toBe('d')
  })
})
