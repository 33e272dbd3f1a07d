import { describe, expect, test } from '@jest/globals'
import { isProviderError, type ChatRequest, type Message } from '@resoftai/sdk'
import { dialectWith, errorOf, sent } from './reading.ts'

type Fields = Readonly<Record<string, unknown>>

const user: Message = { role: 'user', content: 'Hi' }
const tools = [{ name: 'weather' }, { name: 'now' }]

describe('the limit of a reply', () => {
  test.each([
    ['claude-opus-5', 128_000],
    ['claude-fable-5-20260709', 128_000],
    ['claude-sonnet-4-6', 128_000],
    ['anthropic/claude-opus-4.5', 64_000],
    ['claude-haiku-4-5-20251001', 64_000],
    ['claude-sonnet-4@20250514', 64_000],
    ['claude-opus-4-20250514', 32_000],
    ['claude-opus-4-1', 32_000],
    ['claude-3-5-sonnet-20241022', 8192],
    ['claude-3-haiku-20240307', 4096],
    ['claude-saga-9', 64_000],
    ['glm-4.7', 32_000]
  ])('of %s is %d when the request has none', (model, limit) => {
    expect(sent({ model }).body['max_tokens']).toBe(limit)
  })

  test('is sent as it is where the model is not known', () => {
    expect(sent({ model: 'glm-4.7', maxTokens: 90_000 })).toMatchObject({ body: { max_tokens: 90_000 }, warnings: [] })
  })
})

describe('a reasoning effort', () => {
  const adaptive = { type: 'adaptive', display: 'summarized' }
  test.each<[string, string, object, number]>([
    ['claude-opus-4-7', 'xhigh', { thinking: adaptive, output_config: { effort: 'xhigh' } }, 0],
    ['claude-sonnet-4-6', 'xhigh', { thinking: adaptive, output_config: { effort: 'high' } }, 1],
    ['claude-sonnet-5', 'minimal', { thinking: adaptive, output_config: { effort: 'low' } }, 1],
    ['claude-sonnet-5', 'a_word_of_tomorrow', { thinking: adaptive, output_config: { effort: 'a_word_of_tomorrow' } }, 0],
    ['claude-sonnet-4-6', 'none', { thinking: { type: 'disabled' } }, 0],
    ['claude-fable-5', 'none', { output_config: { effort: 'low' } }, 1],
    ['claude-sonnet-4-5', 'none', { thinking: { type: 'disabled' } }, 0],
    ['claude-sonnet-4-5', 'low', { thinking: { type: 'enabled', budget_tokens: 12_800 } }, 0],
    ['glm-4.7', 'high', { thinking: { type: 'enabled', budget_tokens: 25_600 } }, 0],
    ['claude-sonnet-4-5', 'a_word_of_tomorrow', {}, 1],
    ['claude-3-haiku-20240307', 'high', {}, 1],
    ['claude-3-haiku-20240307', 'none', {}, 0]
  ])('%s, %s: %j', (model, reasoningEffort, expected, warnings) => {
    const { body, warnings: told } = sent({ model, reasoningEffort })
    expect({ thinking: body['thinking'], output_config: body['output_config'] }).toEqual(expected)
    expect(told).toHaveLength(warnings)
  })

  test.each([
    [2000, 'minimal', 1024],
    [1100, 'max', 1024],
    [1025, 'high', 1024]
  ])('a budget within %d tokens at %s is %d', (maxTokens, reasoningEffort, budget) => {
    expect(sent({ model: 'claude-opus-4-1', maxTokens, reasoningEffort }).body['thinking']).toEqual({
      type: 'enabled',
      budget_tokens: budget
    })
  })

  test('is left out where the reply is too short to think', () => {
    expect(sent({ model: 'claude-opus-4-1', maxTokens: 1024, reasoningEffort: 'low' })).toMatchObject({
      body: expect.not.objectContaining({ thinking: expect.anything() }),
      warnings: [expect.stringContaining('too few')]
    })
  })

  test('and a form that needs a forced tool: the form is kept', () => {
    const { body, warnings } = sent({ model: 'claude-opus-4-1', reasoningEffort: 'low', responseFormat: formatOf({ type: 'object' }) })
    expect(body['thinking']).toBeUndefined()
    expect(body['tool_choice']).toEqual({ type: 'any', disable_parallel_tool_use: true })
    expect(warnings).toHaveLength(1)
  })
})

describe('sampling', () => {
  test.each<[string, Partial<ChatRequest>, object, number]>([
    ['claude-opus-4-1', { temperature: 0.2, topP: 0.5 }, { temperature: 0.2, top_p: 0.5 }, 0],
    ['claude-opus-4-5', { temperature: 0.2, topP: 0.5 }, { temperature: 0.2 }, 1],
    ['claude-opus-4-5', { temperature: 0.2, topP: 1 }, { temperature: 0.2 }, 0],
    ['claude-opus-4-5', { topP: 0.5 }, { top_p: 0.5 }, 0],
    ['claude-opus-4-5', { temperature: -1 }, { temperature: 0 }, 1],
    ['claude-opus-4-8', { temperature: 1, topP: 0.99 }, { top_p: 0.99 }, 0],
    ['claude-opus-4-8', { temperature: 0 }, {}, 1],
    ['claude-opus-4-8', { topP: 0.97 }, {}, 1],
    ['claude-sonnet-4-6', { reasoningEffort: 'low', topP: 0.95 }, { top_p: 0.95 }, 0],
    ['claude-sonnet-4-6', { reasoningEffort: 'low', topP: 0.9 }, {}, 1],
    ['claude-sonnet-4-6', { reasoningEffort: 'none', temperature: 0 }, { temperature: 0 }, 0]
  ])('%s, %j: %j', (model, request, expected, warnings) => {
    const { body, warnings: told } = sent({ model, ...request })
    expect({ temperature: body['temperature'], top_p: body['top_p'] }).toEqual(expected)
    expect(told).toHaveLength(warnings)
  })
})

describe('what the model may do with tools', () => {
  test.each<[Partial<ChatRequest>, unknown]>([
    [{}, undefined],
    [{ toolChoice: 'auto' }, { type: 'auto' }],
    [{ toolChoice: 'none', parallelToolCalls: false }, { type: 'none' }],
    [{ toolChoice: 'required' }, { type: 'any' }],
    [{ toolChoice: { name: 'now' } }, { type: 'tool', name: 'now' }],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { toolChoice: { name: 'now' }, parallelToolCalls: false },
      { type: 'tool', name: 'now', disable_parallel_tool_use: true }
    ],
    [{ toolChoice: 'required', reasoningEffort: 'low' }, { type: 'any' }],
    [{ toolChoice: 'required', model: 'claude-fable-5-20260709' }, { type: 'any' }]
  ])('%j: %j', (request, expected) => {
    const { body, warnings } = sent({ tools, ...request })
    expect([body['tool_choice'], warnings]).toEqual([expected, []])
  })

  test.each<[string, Partial<ChatRequest>]>([
    ['claude-sonnet-4-5', { reasoningEffort: 'low' }],
    ['claude-opus-5-5', {}]
  ])('%s cannot be made to call one (%j)', (model, request) => {
    const { body, warnings } = sent({ model, tools, toolChoice: { name: 'now' }, ...request })
    expect(body['tool_choice']).toEqual({ type: 'auto' })
    expect(warnings).toHaveLength(1)
  })

  test.each<[ChatRequest['toolChoice'], number]>([
    ['none', 0],
    ['auto', 0],
    ['required', 1]
  ])('without tools a choice %j is left out, with %d warnings', (toolChoice, warnings) => {
    const { body, warnings: told } = sent({ toolChoice: toolChoice as 'none' })
    expect(Object.keys(body)).toEqual(['model', 'max_tokens', 'messages'])
    expect(told).toHaveLength(warnings)
  })

  test('a strict tool is closed where the model can be held to it', () => {
    const parameters = { type: 'object', properties: { n: { type: 'number', minimum: 1 } } }
    const strict = { name: 'f', parameters, strict: true }
    expect(sent({ tools: [strict] })).toMatchObject({
      body: {
        tools: [
          {
            name: 'f',
            strict: true,
            input_schema: {
              type: 'object',
              properties: { n: { type: 'number', description: 'Must also fit: {"minimum":1}' } },
              additionalProperties: false
            }
          }
        ]
      },
      warnings: []
    })
    const older = sent({ model: 'claude-opus-4-1', tools: [strict] })
    expect(older.body['tools']).toEqual([{ name: 'f', input_schema: parameters }])
    expect(older.warnings).toHaveLength(1)
  })

  test('a schema without a type gets the one it must have', () => {
    expect(sent({ tools: [{ name: 'f', parameters: { anyOf: [{ required: ['a'] }] } }] }).body['tools']).toEqual([
      { name: 'f', input_schema: { type: 'object', anyOf: [{ required: ['a'] }] } }
    ])
  })
})

function formatOf(schema: Fields): ChatRequest['responseFormat'] & object {
  return { type: 'json_schema', name: 'answer', schema }
}

describe('the form of a reply', () => {
  const closed = { type: 'object', properties: { a: { type: 'string' } } }
  const recursive = { type: 'object', properties: { children: { type: 'array', items: { $ref: '#' } } } }

  const nativeOf = (schema: Fields) => sent({ responseFormat: formatOf(schema) }).body['output_config']

  test.each<[string, Fields, Fields]>([
    [
      'oneOf',
      { oneOf: [{ type: 'string', maxLength: 2 }, { type: 'null' }] },
      { anyOf: [{ type: 'string', description: 'Must also fit: {"maxLength":2}' }, { type: 'null' }] }
    ],
    [
      'a described reference',
      { $ref: '#/$defs/A', description: 'd', $defs: { A: closed } },
      { anyOf: [{ $ref: '#/$defs/A' }], description: 'd', $defs: { A: { ...closed, additionalProperties: false } } }
    ],
    ['a bare reference', { $ref: '#/$defs/A', $defs: { A: { enum: [1] } } }, { $ref: '#/$defs/A', $defs: { A: { enum: [1] } } }],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'string' }], description: 'd' },
      { type: 'array', description: 'd\nMust also fit: {"prefixItems":[{"type":"string"}]}' }
    ],
    [
      'lists',
      { type: ['array', 'null'], items: closed, minItems: 2 },
      { type: ['array', 'null'], items: { ...closed, additionalProperties: false }, description: 'Must also fit: {"minItems":2}' }
    ]
  ])('%s is adapted to what can be held', (_, schema, expected) => {
    expect(nativeOf(schema)).toEqual({ format: { type: 'json_schema', schema: expected } })
  })

  test.each<[string, Fields]>([
    ['is recursive', recursive],
    [
      'has an object with free names',
      { type: 'object', properties: { map: { type: 'object', additionalProperties: { type: 'number' } } } }
    ],
    ['is any object', { type: 'object' }],
    ['refers to elsewhere', { type: 'object', properties: { a: { $ref: 'https://example.com/a.json' } } }]
  ])('a schema that %s goes through a forced tool', (_, schema) => {
    const { body, warnings } = sent({ responseFormat: formatOf(schema) })
    expect(body['output_config']).toBeUndefined()
    expect(body['tools']).toEqual([{ name: 'resoftai_reply', description: expect.any(String), input_schema: schema }])
    expect(warnings).toEqual([])
  })

  test('where neither is possible the model is told the schema', () => {
    const { body, warnings } = sent({ model: 'claude-opus-5-5', responseFormat: formatOf(recursive) })
    expect(body['system']).toContain(JSON.stringify(recursive))
    expect(body['tools']).toBeUndefined()
    expect(warnings).toHaveLength(1)
  })

  test.each<[ChatRequest['toolChoice'], readonly string[], unknown]>([
    ['auto', ['weather', 'now', 'resoftai_reply'], { type: 'any', disable_parallel_tool_use: true }],
    ['none', ['resoftai_reply'], { type: 'any', disable_parallel_tool_use: true }],
    ['required', ['weather', 'now'], { type: 'any' }]
  ])('with other tools and the choice %j the model can call %j', (toolChoice, names, choice) => {
    const { body } = sent({ model: 'claude-3-5-haiku-20241022', tools, toolChoice: toolChoice as 'none', responseFormat: formatOf(closed) })
    expect((body['tools'] as readonly { readonly name: string }[]).map(({ name }) => name)).toEqual(names)
    expect(body['tool_choice']).toEqual(choice)
  })

  test('text asks for nothing', () => {
    expect(sent({ responseFormat: { type: 'text' } })).toEqual(sent())
  })
})

describe('a conversation', () => {
  const turnsOf = (messages: readonly Message[], more: Partial<ChatRequest> = {}) =>
    sent({ messages, ...more }).body['messages'] as readonly Fields[]
  const call = { id: 'toolu_1', name: 'now', arguments: '{}' }
  const asked: readonly Message[] = [user, { role: 'assistant', content: 'Hm.', toolCalls: [call] }]
  const signed = { type: 'thinking', thinking: '', signature: 'c2ln' }
  const use = { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} }
  const data = (content: unknown) => ({ anthropic: { content } })

  test('may begin with the model, as recorded requests do', () => {
    expect(turnsOf([{ role: 'assistant', content: 'Hello?' }, user]).map(({ role }) => role)).toEqual(['assistant', 'user'])
  })

  test('merges neighbours and leaves out what says nothing', () => {
    const messages: Message[] = [
      user,
      { role: 'user', content: ' \n' },
      { role: 'assistant', content: '' },
      { role: 'user', content: 'More' }
    ]
    expect(turnsOf(messages)).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'text', text: 'More' }
        ]
      }
    ])
  })

  test('that ends with calls is answered by errors', () => {
    expect(turnsOf(asked).at(-1)).toEqual({
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'The tool was not run.', is_error: true }]
    })
  })

  test.each<[string, Omit<Extract<Message, { role: 'tool' }>, 'role' | 'toolCallId'>, Fields]>([
    ['nothing', { content: '' }, {}],
    ['nothing but failed', { content: ' ', isError: true }, { content: 'The tool failed.', is_error: true }],
    ['only blank parts', { content: [{ type: 'text', text: '' }] }, {}]
  ])('has a tool that said %s', (_, result, expected) => {
    expect(turnsOf([...asked, { role: 'tool', toolCallId: 'toolu_1', ...result }]).at(-1)?.['content']).toEqual([
      { type: 'tool_result', tool_use_id: 'toolu_1', ...expected }
    ])
  })

  test('has a second result for one call: it becomes a text', () => {
    const result: Message = { role: 'tool', toolCallId: 'toolu_1', name: 'now', content: 'noon' }
    const { body, warnings } = sent({ messages: [...asked, result, { ...result, isError: true }] })
    const [, , answered] = body['messages'] as readonly { readonly content: readonly Fields[] }[]
    expect(answered?.content.map(({ type, text }) => [type, text])).toEqual([
      ['tool_result', undefined],
      ['text', 'Error of the tool now:'],
      ['text', 'noon']
    ])
    expect(warnings).toHaveLength(1)
  })

  test('has calls whose ids repeat, also in one turn', () => {
    const twice: Message[] = [
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { ...call, id: '' },
          { ...call, id: '' }
        ]
      },
      { role: 'tool', toolCallId: '', content: 'a' },
      { role: 'tool', toolCallId: '', content: 'b' }
    ]
    const ids = turnsOf([user, ...twice, ...twice]).flatMap(({ content }) =>
      (content as readonly Fields[]).map(({ id, tool_use_id }) => id ?? tool_use_id)
    )
    expect(ids.slice(1)).toEqual(['call', 'call_2', 'call', 'call_2', 'call_3', 'call_4', 'call_3', 'call_4'])
  })

  test.each<[string, unknown]>([
    ['another text', [{ type: 'text', text: 'Well.' }, use]],
    [
      'another call',
      [
        { type: 'text', text: 'Hm.' },
        { ...use, name: 'weather' }
      ]
    ],
    [
      'other arguments',
      [
        { type: 'text', text: 'Hm.' },
        { ...use, input: { a: 1 } }
      ]
    ],
    ['no call', [{ type: 'text', text: 'Hm.' }]],
    ['no blocks', 'Hm.'],
    ['junk', [signed, null]]
  ])('does not send back blocks of a message that has %s', (_, content) => {
    const [, answer] = turnsOf([user, { ...asked[1], providerData: data(content) } as Message])
    expect(answer).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'Hm.' }, use] })
  })

  test('sends back what the model thought, without the blank texts that the vendor refuses', () => {
    const kept = [signed, { type: 'text', text: '' }, { type: 'text', text: 'Hm.' }, use]
    const [, answer] = turnsOf([user, { ...asked[1], reasoning: 'of another vendor', providerData: data(kept) } as Message])
    expect(answer?.['content']).toEqual([signed, { type: 'text', text: 'Hm.' }, use])
  })

  test('that goes on with tools of another provider thinks by effort all the same', () => {
    const messages: Message[] = [...asked, { role: 'tool', toolCallId: 'toolu_1', content: 'noon' }]
    expect(sent({ messages, reasoningEffort: 'low' })).toMatchObject({ body: { thinking: { type: 'adaptive' } }, warnings: [] })
  })

  test('thinks by a budget again when the user speaks', () => {
    const messages: Message[] = [
      ...asked,
      { role: 'tool', toolCallId: 'toolu_1', content: 'noon' },
      { role: 'assistant', content: 'Noon.' },
      user
    ]
    expect(sent({ model: 'claude-opus-4-5', messages, reasoningEffort: 'low' })).toMatchObject({
      body: { thinking: { type: 'enabled' } },
      warnings: []
    })
  })
})

describe('content', () => {
  const contentOf = (content: Extract<Message, { role: 'user' }>['content']) =>
    (sent({ messages: [{ role: 'user', content }] }).body['messages'] as { content: unknown }[])[0]?.content

  test.each<[string, string, unknown]>([
    [
      'an image as a file',
      'data:image/webp;base64,UklG',
      { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'UklG' } }
    ],
    [
      'JSON',
      'data:application/json,%7B%22a%22%3A1%7D',
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '{"a":1}' } }
    ],
    ['no media type', 'data:,a,b', { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } }]
  ])('%s', (_, url, expected) => {
    expect(contentOf([{ type: 'file', url }])).toEqual([expected])
  })

  test.each<[string, Exclude<Parameters<typeof contentOf>[0], string>]>([
    ['audio', [{ type: 'audio', data: 'UklGRg==', format: 'wav' }]],
    ['a spreadsheet', [{ type: 'file', url: 'data:application/vnd.ms-excel;base64,UEs=' }]],
    ['a PDF that is not in base64', [{ type: 'file', url: 'data:application/pdf,abc' }]],
    ['a data: URL without data', [{ type: 'image', url: 'data:image/png' }]],
    ['a text that cannot be decoded', [{ type: 'file', url: 'data:text/plain;base64,*' }]]
  ])('%s is refused', (_, content) => {
    const error = errorOf(() => contentOf(content))
    expect(isProviderError(error) && error.kind).toBe('bad_request')
  })

  test('the detail of an image is left out with a warning', () => {
    const content = [{ type: 'image' as const, url: 'https://example.com/a.png', detail: 'high' as const }]
    expect(sent({ messages: [{ role: 'user', content }] }).warnings).toHaveLength(1)
  })
})

test('extra wins over everything and arrives unchanged', () => {
  const extra = { model: 'other', n: 2, thinking: { type: 'adaptive' }, mcp_servers: [{ name: 'x' }] }
  expect(sent({ extra }).body).toMatchObject(extra)
})

test('without a system text the tools are marked for the cache', async () => {
  const dialect = await dialectWith({ prompt_caching: true })
  const { body } = dialect.encode({ model: 'm', messages: [user], tools }, 'whole')
  const [, last] = (body as { tools: readonly Fields[] }).tools
  expect(last).toMatchObject({ name: 'now', cache_control: { type: 'ephemeral' } })
  expect(dialect.tokens?.encode({ model: 'm', messages: [] }).body).toEqual({ model: 'm', messages: [] })
})
