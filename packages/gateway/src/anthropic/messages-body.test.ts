import { describe, expect, test } from '@jest/globals'
import type { Message } from '@resoftai/sdk'
import { GatewayError } from '../error.ts'
import { readCountTokensBody } from './count-tokens.ts'
import { readMessagesBody } from './messages-body.ts'
import { forOtherVendors } from './other-vendors.ts'

const question = { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }

const withFields = (fields: object) => ({ ...question, ...fields })
const withMessages = (...messages: readonly object[]) => ({ ...question, messages })
const withBlock = (block: object) => withMessages({ role: 'user', content: [block] })
const withAnswer = (...blocks: readonly unknown[]) => withMessages({ role: 'assistant', content: blocks })

function messagesOf(...messages: readonly object[]): readonly Message[] {
  return readMessagesBody(withMessages(...messages)).ask.messages
}

function refusal(body: unknown): GatewayError {
  try {
    readMessagesBody(body)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('It was taken.')
}

describe('a message body', () => {
  test('of the least is a question of one message', () => {
    expect(readMessagesBody(question)).toEqual({
      model: 'm',
      stream: false,
      warnings: [],
      ask: { messages: [{ role: 'user', content: 'Hi' }], maxTokens: 100 }
    })
  })

  test('with every field is told in our words', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const { ask, stream } = readMessagesBody(
      withFields({
        system: [
          { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'Be kind.' }
        ],
        temperature: 0.5,
        top_p: 0.9,
        top_k: 40,
        stop_sequences: ['END'],
        stream: true,
        tools: [{ type: 'custom', name: 'weather', description: 'Tells it', input_schema: schema, strict: true, cache_control: null }],
        tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
        thinking: { type: 'adaptive', display: 'omitted' },
        output_config: { effort: 'low', format: { type: 'json_schema', schema } },
        metadata: { user_id: 'u-1' },
        cache_control: { type: 'ephemeral' },
        service_tier: 'auto'
      })
    )
    expect(stream).toBe(true)
    expect(ask).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.\n\nBe kind.' },
        { role: 'user', content: 'Hi' }
      ],
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      stop: ['END'],
      tools: [{ name: 'weather', description: 'Tells it', parameters: schema, strict: true }],
      toolChoice: { name: 'weather' },
      parallelToolCalls: false,
      reasoningEffort: 'low',
      responseFormat: { type: 'json_schema', name: 'reply', schema },
      user: 'u-1',
      extra: { top_k: 40, service_tier: 'auto' }
    })
  })

  test.each([
    ['tool_choice', { type: 'auto' }, { toolChoice: 'auto' }],
    ['tool_choice', { type: 'any', disable_parallel_tool_use: false }, { toolChoice: 'required' }],
    ['tool_choice', { type: 'none' }, { toolChoice: 'none' }],
    ['tools', [], {}],
    ['stop_sequences', [], {}],
    ['system', '', {}],
    ['metadata', {}, {}],
    ['metadata', { user_id: null }, {}],
    ['output_config', { effort: 'max' }, { reasoningEffort: 'max' }],
    ['thinking', { type: 'disabled' }, { reasoningEffort: 'none' }],
    ['thinking', { type: 'adaptive' }, { reasoningEffort: 'high' }],
    ['thinking', { type: 'enabled', budget_tokens: 20 }, { reasoningEffort: 'low' }],
    ['thinking', { type: 'enabled', budget_tokens: 50 }, { reasoningEffort: 'medium' }],
    ['thinking', { type: 'enabled', budget_tokens: 99 }, { reasoningEffort: 'high' }]
  ])('%s %j is taken as it is meant', (field, value, expected) => {
    const { messages: _messages, maxTokens: _limit, ...rest } = readMessagesBody(withFields({ [field]: value })).ask
    expect(rest).toEqual(expected)
  })

  test('takes a field that is null as absent', () => {
    const names = [
      'system',
      'temperature',
      'top_p',
      'stop_sequences',
      'tools',
      'tool_choice',
      'thinking',
      'output_config',
      'metadata',
      'stream'
    ]
    const nothing = Object.fromEntries(names.map(name => [name, null]))
    expect(readMessagesBody(withFields(nothing))).toEqual(readMessagesBody(question))
  })

  test('to count has no limit of the reply', () => {
    const { max_tokens: _limit, ...rest } = question
    expect(readCountTokensBody({ ...rest, thinking: { type: 'enabled', budget_tokens: 1024 } })).toEqual({
      model: 'm',
      ask: { messages: question.messages, reasoningEffort: 'medium' }
    })
  })

  test('loses for other vendors what only Anthropic knows, with a warning', () => {
    const { ask } = readMessagesBody(withFields({ top_k: 5, context_management: { edits: [] }, speed: 'fast' }))
    expect(forOtherVendors(ask)).toEqual({
      ask: { ...ask, extra: { top_k: 5 } },
      warnings: ['Fields that only Anthropic knows were left out: context_management, speed.']
    })
    const { ask: plain } = readMessagesBody(question)
    expect(forOtherVendors(plain)).toEqual({ ask: plain, warnings: [] })
    const { ask: only } = readMessagesBody(withFields({ speed: 'fast' }))
    expect(forOtherVendors(only).ask).toEqual(plain)
  })
})

describe('a message', () => {
  test('of a user may hold images, documents and what was found', () => {
    const content = [
      { type: 'text', text: 'See:', cache_control: { type: 'ephemeral' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://pictures.example/1.png' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
        title: 'a.pdf',
        citations: { enabled: true }
      },
      { type: 'document', source: { type: 'url', url: 'https://papers.example/1.pdf' }, title: null },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' }, context: 'A letter.' },
      { type: 'document', source: { type: 'content', content: 'plain' } },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'in parts' }] } },
      { type: 'search_result', source: 'https://found.example', title: 'Found', content: [{ type: 'text', text: 'this' }] }
    ]
    expect(messagesOf({ role: 'user', content })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See:' },
          { type: 'image', url: 'data:image/png;base64,AAAA' },
          { type: 'image', url: 'https://pictures.example/1.png' },
          { type: 'file', url: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
          { type: 'file', url: 'https://papers.example/1.pdf' },
          { type: 'text', text: 'A letter.' },
          { type: 'file', url: 'data:text/plain;base64,R3LDvMOfZQ==' },
          { type: 'text', text: 'plain' },
          { type: 'text', text: 'in parts' },
          { type: 'text', text: 'Found\nhttps://found.example\nthis' }
        ]
      }
    ])
  })

  test('with results of tools is one for each result, with the name of the tool, and one for what is said beside them', () => {
    const call = (id: string, name: string) => ({ type: 'tool_use', id, name, input: { a: [1] } })
    const image = { type: 'image', source: { type: 'url', url: 'https://pictures.example/1.png' } }
    expect(
      messagesOf(
        { role: 'assistant', content: [{ type: 'text', text: 'Let me see.' }, call('t1', 'weather'), call('t2', 'now')] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Here:' },
            { type: 'tool_result', tool_use_id: 't1', content: 'sunny', cache_control: { type: 'ephemeral' } },
            { type: 'tool_result', tool_use_id: 't2', is_error: true, content: [{ type: 'text', text: 'broken' }] },
            { type: 'tool_result', tool_use_id: 'unknown', is_error: false, content: [{ type: 'text', text: 'a' }, image] },
            { type: 'tool_result', tool_use_id: 't3' },
            { type: 'tool_result', tool_use_id: 't4', content: [] },
            { type: 'text', text: 'And now?' }
          ]
        },
        { role: 'assistant', content: [] },
        { role: 'system', content: 'Be brief.' }
      )
    ).toEqual([
      {
        role: 'assistant',
        content: 'Let me see.',
        toolCalls: [
          { id: 't1', name: 'weather', arguments: '{"a":[1]}' },
          { id: 't2', name: 'now', arguments: '{"a":[1]}' }
        ]
      },
      { role: 'user', content: 'Here:' },
      { role: 'tool', toolCallId: 't1', name: 'weather', content: 'sunny' },
      { role: 'tool', toolCallId: 't2', name: 'now', content: [{ type: 'text', text: 'broken' }], isError: true },
      {
        role: 'tool',
        toolCallId: 'unknown',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image', url: 'https://pictures.example/1.png' }
        ]
      },
      { role: 'tool', toolCallId: 't3', content: '' },
      { role: 'tool', toolCallId: 't4', content: '' },
      { role: 'user', content: 'And now?' },
      { role: 'assistant', content: '' },
      { role: 'system', content: 'Be brief.' }
    ])
  })

  test('keeps signed and hidden thinking, and all that only Anthropic can read, for its plugin', () => {
    const thinking = { type: 'thinking', thinking: 'Weather.', signature: 'c2ln' }
    const hidden = { type: 'redacted_thinking', data: 'cmVk' }
    const search = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } }
    const cited = { type: 'web_search_result_location', url: 'https://a.example', encrypted_index: 'abc', cited_text: 'x' }
    const ours = { type: 'web_search_result_location', url: 'https://b.example', encrypted_index: '', cited_text: '' }
    const call = { type: 'tool_use', id: 't', name: 'now', input: {} }
    const said = { type: 'text', text: 'Now', citations: [cited, ours], cache_control: { type: 'ephemeral' } }
    expect(messagesOf({ role: 'assistant', content: [thinking, hidden, search, said, { ...call, cache_control: {} }] })).toEqual([
      {
        role: 'assistant',
        content: 'Now',
        reasoning: 'Weather.',
        toolCalls: [{ id: 't', name: 'now', arguments: '{}' }],
        providerData: { anthropic: { content: [thinking, hidden, search, { type: 'text', text: 'Now', citations: [cited] }, call] } }
      }
    ])
  })

  test('with thinking that nobody signed has reasoning and nothing else', () => {
    const said = { type: 'text', text: 'a', citations: null }
    const content = [{ type: 'thinking', thinking: 'hm', signature: '' }, { type: 'thinking', thinking: ', well' }, said]
    expect(messagesOf({ role: 'assistant', content })).toEqual([{ role: 'assistant', content: 'a', reasoning: 'hm, well' }])
  })

  test('with calls by the model itself has nothing to keep', () => {
    const call = { type: 'tool_use', id: 't', name: 'now', input: {}, caller: { type: 'direct' }, toolset: null }
    expect(messagesOf({ role: 'assistant', content: [call] })).toEqual([
      { role: 'assistant', content: '', toolCalls: [{ id: 't', name: 'now', arguments: '{}' }] }
    ])
  })

  test('warns of fields that have no place', () => {
    const { warnings } = readMessagesBody(
      withMessages({ role: 'user', id: 'x', content: [{ type: 'text', text: 'a', mood: 'good', citations: null, cache_control: {} }] })
    )
    expect(warnings).toEqual(['Fields that no provider is told were left out: id, mood.'])
    const tools = [{ name: 'f', input_schema: {}, defer_loading: true, eager_input_streaming: true }]
    expect(readMessagesBody(withFields({ tools })).warnings).toEqual(['Fields that no provider is told were left out: defer_loading.'])
  })
})

describe('what is wrong is named:', () => {
  const tool = { name: 'f', input_schema: { type: 'object' } }
  const call = { type: 'tool_use', id: 't', name: 'f', input: {} }
  const at = 'messages.0.content'
  const cases: readonly (readonly [param: string | undefined, body: unknown])[] = [
    [undefined, null],
    [undefined, []],
    [undefined, 'text'],
    ['model', withFields({ model: undefined })],
    ['model', withFields({ model: 'm'.repeat(513) })],
    ['max_tokens', withFields({ max_tokens: undefined })],
    ['max_tokens', withFields({ max_tokens: null })],
    ['max_tokens', withFields({ max_tokens: 0 })],
    ['max_tokens', withFields({ max_tokens: 1.5 })],
    ['max_tokens', withFields({ max_tokens: '100' })],
    ['stream', withFields({ stream: 'yes' })],
    ['temperature', withFields({ temperature: '1' })],
    ['top_p', withFields({ top_p: JSON.parse('1e999') as unknown })],
    ['stop_sequences', withFields({ stop_sequences: 'END' })],
    ['stop_sequences.0', withFields({ stop_sequences: [1] })],
    ['metadata', withFields({ metadata: 'u' })],
    ['metadata', withFields({ metadata: { user: 'u' } })],
    ['metadata.user_id', withFields({ metadata: { user_id: 1 } })],
    ['system', withFields({ system: 1 })],
    ['system.0', withFields({ system: ['a'] })],
    ['system.0.type', withFields({ system: [{ type: 'image' }] })],
    ['system.0.text', withFields({ system: [{ type: 'text' }] })],
    ['thinking', withFields({ thinking: true })],
    ['thinking.type', withFields({ thinking: { type: 'deeply' } })],
    ['thinking.budget_tokens', withFields({ thinking: { type: 'enabled' } })],
    ['output_config', withFields({ output_config: 'low' })],
    ['output_config.effort', withFields({ output_config: { effort: 3 } })],
    ['output_config.format', withFields({ output_config: { format: 'json' } })],
    ['output_config.format.type', withFields({ output_config: { format: { type: 'json' } } })],
    ['output_config.format.schema', withFields({ output_config: { format: { type: 'json_schema' } } })],
    ['tools', withFields({ tools: {} })],
    ['tools.0', withFields({ tools: [null] })],
    ['tools.0.type', withFields({ tools: [{ ...tool, type: 'web_search_20250305' }] })],
    ['tools.0.name', withFields({ tools: [{ ...tool, name: '' }] })],
    ['tools.0.description', withFields({ tools: [{ ...tool, description: 1 }] })],
    ['tools.0.input_schema', withFields({ tools: [{ name: 'f' }] })],
    ['tools.0.strict', withFields({ tools: [{ ...tool, strict: 1 }] })],
    ['tool_choice', withFields({ tool_choice: 'auto' })],
    ['tool_choice.type', withFields({ tool_choice: { type: 'constructor' } })],
    ['tool_choice.name', withFields({ tool_choice: { type: 'tool' } })],
    ['tool_choice.disable_parallel_tool_use', withFields({ tool_choice: { type: 'any', disable_parallel_tool_use: 1 } })],
    ['messages', withFields({ messages: undefined })],
    ['messages', withFields({ messages: [] })],
    ['messages', withFields({ messages: { length: 3 } })],
    ['messages.0', withMessages([])],
    ['messages.0.role', withMessages({ role: 'tool', content: 'x' })],
    ['messages.0.role', withMessages({ role: 'toString', content: 'x' })],
    [at, withMessages({ role: 'user' })],
    [at, withMessages({ role: 'user', content: [] })],
    [at, withMessages({ role: 'assistant', content: 7 })],
    [`${at}.0`, withMessages({ role: 'user', content: ['x'] })],
    [`${at}.0.type`, withBlock({})],
    [`${at}.0.type`, withBlock({ type: 'toString' })],
    [`${at}.0.type`, withBlock({ type: 'tool_use' })],
    [`${at}.0.text`, withBlock({ type: 'text', text: 1 })],
    [`${at}.0.source`, withBlock({ type: 'image' })],
    [`${at}.0.source.type`, withBlock({ type: 'image', source: { type: 'file', file_id: 'f' } })],
    [`${at}.0.source.type`, withBlock({ type: 'document', source: { type: 'file', file_id: 'f' } })],
    [`${at}.0.source.media_type`, withBlock({ type: 'image', source: { type: 'base64', media_type: 'image/png,x', data: '' } })],
    [`${at}.0.source.data`, withBlock({ type: 'image', source: { type: 'base64', media_type: 'image/png' } })],
    [`${at}.0.source.url`, withBlock({ type: 'image', source: { type: 'url', url: 'file:///etc/passwd' } })],
    [`${at}.0.source.content.0.type`, withBlock({ type: 'document', source: { type: 'content', content: [{ type: 'document' }] } })],
    [`${at}.0.title`, withBlock({ type: 'document', title: 1, source: { type: 'url', url: 'https://a.example' } })],
    [`${at}.0.tool_use_id`, withBlock({ type: 'tool_result' })],
    [`${at}.0.is_error`, withBlock({ type: 'tool_result', tool_use_id: 't', is_error: 'no' })],
    [`${at}.0.content.0.type`, withBlock({ type: 'tool_result', tool_use_id: 't', content: [{ type: 'tool_result' }] })],
    [`${at}.0.type`, withAnswer({ text: 'x' })],
    [`${at}.0.text`, withAnswer({ type: 'text' })],
    [`${at}.0.thinking`, withAnswer({ type: 'thinking', signature: 's' })],
    [`${at}.0.signature`, withAnswer({ type: 'thinking', thinking: 'a', signature: 1 })],
    [`${at}.0.data`, withAnswer({ type: 'redacted_thinking' })],
    [`${at}.0.data`, withAnswer({ type: 'redacted_thinking', data: 'resoftai:{"cut' })],
    [`${at}.0.data`, withAnswer({ type: 'redacted_thinking', data: 'resoftai:[1]' })],
    [`${at}.0.data`, withAnswer({ type: 'redacted_thinking', data: 'resoftai:{"__proto__":{"a":1}}' })],
    [`${at}.0.id`, withAnswer({ ...call, id: '' })],
    [`${at}.0.name`, withAnswer({ ...call, name: 1 })],
    [`${at}.0.input`, withAnswer({ ...call, input: '{}' })],
    [`${at}.0.input`, withAnswer({ ...call, input: undefined })]
  ]
  test.each(cases)('%s (case %#)', (param, body) => {
    expect(refusal(body)).toMatchObject({ status: 400, type: 'invalid_request_error', param })
  })

  test.each(['api_key', 'base_url', 'headers', 'extra_body', 'mcp_servers', 'fallbacks', '__proto__', 'constructor'])(
    '%s reaches outside of a request',
    name => {
      const body: unknown = JSON.parse(
        `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"Hi"}],${JSON.stringify(name)}:{"x":1}}`
      )
      expect(refusal(body)).toMatchObject({ status: 400, code: 'unsupported_parameter', param: name })
      expect(Object.prototype).not.toHaveProperty('x')
    }
  )
})

test.each([{ type: 'create' }, { type: 'continue', previous_message_id: 'm' }])(
  'a conversation that the vendor keeps (%j) is refused in the words that the official client understands',
  thread => {
    expect(refusal(withFields({ thread }))).toMatchObject({ status: 400, code: 'thread_unsupported_request', param: 'thread' })
    expect(readMessagesBody(withFields({ thread: null }))).toEqual(readMessagesBody(question))
  }
)

describe('hostile bodies', () => {
  const deep = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, key) => [`k${key}`, 1]))
  const call = { type: 'tool_use', id: 't', name: 'f' }

  test.each([
    ['a deep field', withFields({ strange: deep(50_000) })],
    ['a deep schema', withFields({ tools: [{ name: 'f', input_schema: deep(50_000) }] })],
    ['a deep format', withFields({ output_config: { format: { type: 'json_schema', schema: deep(50_000) } } })],
    ['deep arguments', withAnswer({ ...call, input: deep(50_000) })],
    ['a deep block', withAnswer({ type: 'tomorrow', content: deep(50_000) })],
    ['deep data', withAnswer({ type: 'redacted_thinking', data: `resoftai:${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}` })],
    ['deep content', withBlock({ type: 'tool_result', tool_use_id: 't', content: deep(50_000) })],
    ['many fields', withFields(keys(200_000))],
    ['a field of many', withFields({ strange: keys(200_000) })],
    ['a message of many fields', withMessages({ role: 'user', content: 'x', ...keys(200_000) })],
    ['a block of many fields', withAnswer({ ...call, input: {}, ...keys(200_000) })],
    ['many messages', withFields({ messages: Array.from({ length: 100_001 }, () => question.messages[0]) })],
    ['many blocks', withMessages({ role: 'user', content: Array.from({ length: 10_001 }, () => ({ type: 'text', text: 'a' })) })],
    ['many calls', withAnswer(...Array.from({ length: 10_000 }, () => ({ ...call, input: keys(10) })))]
  ])('with %s are refused', (_name, body) => {
    expect(refusal(body)).toMatchObject({ status: 400 })
  })

  test('with a prototype in the arguments of a call are refused', () => {
    const input: unknown = JSON.parse('{"__proto__":{"polluted":true}}')
    expect(refusal(withAnswer({ ...call, input }))).toMatchObject({ param: 'messages.0.content.0' })
    expect({}).not.toHaveProperty('polluted')
  })

  test('are not quoted in what is answered', () => {
    expect(refusal(withFields({ temperature: 'SECRET' })).message).not.toContain('SECRET')
  })
})
