import { describe, expect, test } from '@jest/globals'
import { messageWords, type ChatEvent, type ChatRequest, type MessageWord, type RelayDialect, type WireEvent } from '@resoftai/sdk'
import { readEvents, readServerSentEvents } from '@resoftai/sdk/testing'
import { haveRecordings, openAIRecordings } from '../../../tests/recordings/load.ts'
import { createOpenAIDialect, type OpenAIDialectOptions, type Quirks } from '../src/dialect.ts'

const options: OpenAIDialectOptions = { url: path => `https://service.example/v1${path}`, headers: {}, relays: true }
const dialectOf = (quirks: Quirks = {}, hooks: Partial<OpenAIDialectOptions> = {}) => createOpenAIDialect({ ...options, ...hooks, quirks })
const dialect = dialectOf()
const relay = dialect.relay!

const text = Buffer.from('[ {"role":"user", "content":"H\\u00e9llo 👋"} ]')
const written = (...words: MessageWord[]) => ({ api: 'openai', text, words: new Set(words) }) as const
const request = (more: Partial<ChatRequest> = {}): ChatRequest => ({ model: 'm', messages: [], written: written(), ...more })

describe('messages that are written', () => {
  test('are sent byte for byte, with the fields of the request as ever', () => {
    const { body, warnings } = dialect.encode(request({ maxTokens: 5, temperature: 0, extra: { logprobs: true } }), 'stream')
    expect(Buffer.from(body as Uint8Array).toString()).toBe(
      `{"model":"m","temperature":0,"max_tokens":5,"stream":true,"stream_options":{"include_usage":true},"logprobs":true,"messages":${text.toString()}}`
    )
    expect(warnings).toEqual([])
  })

  test('are sent beside fields that are called otherwise, or left out', () => {
    const quirks: Quirks = { rename: { max_tokens: 'max_completion_tokens' }, unsupported: ['seed'] }
    const { body, warnings } = dialectOf(quirks).encode(request({ maxTokens: 5, seed: 1 }), 'whole')
    expect(JSON.parse(Buffer.from(body as Uint8Array).toString())).toEqual({
      model: 'm',
      max_completion_tokens: 5,
      messages: [{ role: 'user', content: 'Héllo 👋' }]
    })
    expect(warnings).toHaveLength(1)
  })

  test.each<[string, Quirks, Partial<ChatRequest>]>([
    ['of words that all know', {}, {}],
    ['with tools', {}, { written: written('tool_calls') }],
    ['of a developer, to a model that knows the role', {}, { model: 'gpt-5', written: written('developer') }],
    ['to such a model', {}, { model: 'o3' }],
    ['with reasoning that the service wants back', { replay: ['reasoning_content'] }, { written: written('reasoning_content') }],
    ['beside a schema that the service knows', {}, { responseFormat: { type: 'json_schema', name: 'a', schema: {} } }]
  ])('are taken %s', (_what, quirks, more) => {
    expect(dialectOf(quirks).relay?.takes(request(more))).toBe(true)
  })

  const { written: _written, ...unwritten } = request()
  test.each<[string, Quirks, ChatRequest]>([
    ['of a developer', {}, request({ written: written('developer') })],
    ['where there are none', {}, unwritten],
    ['where system messages have another role', { systemRole: 'developer' }, request()],
    ['where they have the role of the user', { systemRole: 'user' }, request()],
    ['of a developer where there are only system messages', { systemRole: 'system' }, request({ written: written('developer') })],
    ['to a model without system messages', {}, request({ model: 'o1-mini' })],
    ['where messages have no names', { unsupported: ['name'] }, request()],
    ['where tools have the older form', { toolStyle: 'functions' }, request()],
    [
      'beside a schema that has to be told in words',
      { jsonModes: ['json_object'] },
      request({ responseFormat: { type: 'json_schema', name: 'a', schema: {} } })
    ],
    ['with calls that lack the reasoning which goes back', { replay: ['reasoning_content'] }, request({ written: written('tool_calls') })],
    ['where the configuration has its own', {}, request({ extra: { messages: [] } })],
    ...messageWords
      .filter(word => !['developer', 'tool_calls', 'reasoning_details', 'extra_content'].includes(word))
      .map((word): [string, Quirks, ChatRequest] => [`with ${word}`, {}, request({ written: written(word) })]),
    ['with reasoning_details that the service does not want', { replay: [] }, request({ written: written('reasoning_details') })]
  ])('are not taken %s', (_what, quirks, asked) => {
    expect(dialectOf(quirks).relay?.takes(asked)).toBe(false)
  })

  test.each<[string, Partial<OpenAIDialectOptions>]>([
    ['that changes requests', { adapt: asked => asked }],
    ['that sends files in its own way', { fileStyle: 'file_url' }]
  ])('are not taken by a dialect %s', (_what, hooks) => {
    expect(dialectOf({}, hooks).relay?.takes(request())).toBe(false)
  })

  test('are for dialects only that say so, and read nothing out of texts', () => {
    expect(createOpenAIDialect({ ...options, relays: false }).relay).toBeUndefined()
    expect(dialectOf({ thinkTags: true }).relay).toBeUndefined()
  })
})

const head = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm' }
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
  ...more
})
const begin = chunk({ role: 'assistant', content: '' })
const said = chunk({ content: 'Hi' })
const end = chunk({}, 'stop')
const call = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] })
const beginCall = (index: number, id = `call_${index}`) =>
  call(index, { id, type: 'function', function: { name: 'weather', arguments: '' } })

const wholeCall = { index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } }

/** What becomes of a stream: chunks that are passed on, `-` for those that are not, and the events that are told bare. */
function pass(...chunks: readonly object[]): { readonly passed: readonly unknown[]; readonly bare: readonly ChatEvent['type'][] } {
  const events = readEvents({ ...dialect, streamDecoder: () => relay.streamDecoder() }, [
    ...chunks.map(one => ({ data: JSON.stringify(one) })),
    { data: '[DONE]' }
  ])
  return {
    passed: events.flatMap(event => (event.type === 'frame' ? [JSON.parse(event.data) as unknown] : [])),
    bare: events.flatMap(event => (event.type === 'frame' ? [] : [event.type]))
  }
}

describe('a stream', () => {
  test.each<[string, object[]]>([
    ['of text', [begin, said, end]],
    ['without a role', [said, end]],
    ['with logprobs, and fields that nobody knows', [begin, chunk({ content: 'Hi', color: 'red' }, null, { obfuscation: 'x' }), end]],
    ['of reasoning', [begin, chunk({ reasoning_content: 'Hm' }), said, end]],
    ['of a refusal', [begin, chunk({ refusal: 'No.' }), end]],
    [
      'of calls',
      [
        begin,
        beginCall(0),
        call(0, { function: { arguments: '{}' } }),
        beginCall(1),
        call(1, { function: { arguments: '{}' } }),
        chunk({}, 'tool_calls')
      ]
    ],
    ['with usage beside the end', [begin, said, chunk({}, 'stop', { usage })]],
    ['that was cut at its limit', [begin, said, chunk({}, 'length')]]
  ])('%s is passed on as it came', (_what, chunks) => {
    expect(pass(...chunks)).toEqual({ passed: chunks, bare: [] })
  })

  test('keeps usage for the end, and what says nothing of the reply', () => {
    const filter = { ...head, id: '', model: '', object: '', created: 0, choices: [], prompt_filter_results: [] }
    expect(pass(filter, begin, said, end, { ...head, choices: [], usage })).toEqual({ passed: [begin, said, end], bare: ['usage'] })
  })

  test.each<[string, object[], number]>([
    ['without an id', [begin, { ...said, id: undefined }, end], 1],
    ['of an object of another name', [begin, { ...said, object: 'x' }, end], 1],
    ['with content in parts', [begin, chunk({ content: [{ type: 'text', text: 'Hi' }] }), end], 1],
    ['with reasoning under another name', [begin, chunk({ reasoning: 'Hm' }), said, end], 1],
    ['with sources under another name', [begin, chunk({ content: 'Hi' }, null, { citations: ['https://a.example'] }), end], 1],
    ['that ends for a reason of its own', [begin, said, chunk({}, 'eos')], 2],
    ['that says stop for calls', [begin, beginCall(0), call(0, { function: { arguments: '{}' } }), end], 3],
    ['that ends in the middle of a text', [begin, chunk({ content: 'Hi' }, 'stop')], 1],
    ['with a reason that is empty', [begin, chunk({ content: 'Hi' }, ''), end], 1],
    ['of two choices in one', [begin, { ...said, choices: [...said.choices, { index: 1, delta: { content: 'Ho' } }] }, end], 1],
    ['with a text and a call in one', [begin, chunk({ content: 'Hi', tool_calls: [wholeCall] }), chunk({}, 'tool_calls')], 1],
    ['of a whole call that is the second', [begin, call(1, { ...wholeCall, index: 1 }), chunk({}, 'tool_calls')], 1],
    ['of several choices', [begin, { ...head, choices: [{ index: 1, delta: { content: 'Hi' } }] }, said, end], 1],
    ['of messages', [begin, { ...head, choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }] }], 1],
    [
      'of a call without an id',
      [begin, call(0, { type: 'function', function: { name: 'a', arguments: '{}' } }), chunk({}, 'tool_calls')],
      1
    ],
    ['of calls that begin at one', [begin, beginCall(1), call(1, { function: { arguments: '{}' } }), chunk({}, 'tool_calls')], 1],
    [
      'of two calls with one id',
      [
        begin,
        beginCall(0),
        call(0, { function: { arguments: '{}' } }),
        beginCall(1, 'call_0'),
        call(1, { function: { arguments: '{}' } }),
        chunk({}, 'tool_calls')
      ],
      3
    ],
    ['of a name in pieces', [begin, beginCall(0), call(0, { function: { name: '_today', arguments: '{}' } }), chunk({}, 'tool_calls')], 1],
    [
      'of a call whose arguments are an object',
      [begin, beginCall(0), call(0, { function: { arguments: {} } }), chunk({}, 'tool_calls')],
      1
    ],
    ['of a call without arguments', [begin, beginCall(0), chunk({}, 'tool_calls')], 1],
    ['of a call in the older form', [begin, chunk({ function_call: { name: 'a', arguments: '{}' } }), chunk({}, 'function_call')], 1]
  ])('%s is told in our words from there on', (_what, chunks, passed) => {
    const seen = pass(...chunks)
    expect(seen.passed).toEqual(chunks.slice(0, passed))
    expect(seen.bare).toContain('finish')
  })

  test('that begins with usage has its beginning in the first frame', () => {
    const events = readEvents({ ...dialect, streamDecoder: () => relay.streamDecoder() }, [
      { data: JSON.stringify({ ...head, choices: [], usage }) },
      { data: JSON.stringify(begin) }
    ])
    expect(events).toMatchObject([{ type: 'usage' }, { type: 'frame', events: [{ type: 'start', model: 'm', id: 'c1' }] }])
  })

  test.each<[string, object[]]>([
    ['goes on in an odd way', [chunk({ role: 'assistant', ...beginCall(0).choices[0]?.delta }), chunk({}, 'eos')]],
    ['goes on with nothing', [chunk({ role: 'assistant', ...beginCall(0).choices[0]?.delta })]]
  ])('that begins with half a call and %s tells its beginning all the same', (_what, chunks) => {
    const { passed, bare } = pass(...chunks)
    expect([passed, bare[0], bare.at(-1)]).toEqual([[], 'start', 'finish'])
  })

  test('with a named event is told in our words', () => {
    const decode = relay.streamDecoder()
    expect(decode({ event: 'chunk', data: JSON.stringify(begin) })).toEqual([{ type: 'start', model: 'm', id: 'c1' }])
  })
})

describe('a whole reply', () => {
  const message = { role: 'assistant', content: 'Hi', refusal: null, annotations: [] }
  const reply = (more: object = {}, choice: object = {}) => ({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: { content: [] }, ...choice }],
    usage,
    ...more
  })
  const framesOf = (body: object, one: RelayDialect = relay) => [...one.decode(body, 'the text')].filter(({ type }) => type === 'frame')
  const calls = (...tools: object[]) => ({ message: { ...message, content: null, tool_calls: tools }, finish_reason: 'tool_calls' })
  const weather = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } }

  test.each<[string, object]>([
    ['of text', reply()],
    ['with fields that nobody knows', reply({ service_tier: 'default' })],
    ['of calls', reply({}, calls(weather, { ...weather, id: 'call_2' }))],
    ['of a refusal', reply({}, { message: { ...message, content: null, refusal: 'No.' } })]
  ])('%s is passed on as it came', (_what, body) => {
    expect(framesOf(body)).toMatchObject([{ data: 'the text' }])
  })

  test.each<[string, object]>([
    ['without usage', reply({ usage: undefined })],
    ['with half its usage', reply({ usage: { prompt_tokens: 1 } })],
    ['without an id', reply({ id: undefined })],
    ['without a role', reply({}, { message: { content: 'Hi' } })],
    ['of several choices', reply({ choices: [...reply().choices, { ...reply().choices[0], index: 1 }] })],
    ['of parts', reply({}, { message: { ...message, content: [{ type: 'text', text: 'Hi' }] } })],
    ['that says stop for calls', reply({}, { ...calls(weather), finish_reason: 'stop' })],
    ['of calls with one id', reply({}, calls(weather, weather))],
    ['of a call without arguments', reply({}, calls({ ...weather, function: { name: 'weather', arguments: '' } }))],
    ['of reasoning under another name', reply({}, { message: { ...message, reasoning: 'Hm' } })],
    ['that ends for no reason', reply({}, { finish_reason: null })]
  ])('%s is told in our words', (_what, body) => {
    expect(framesOf(body)).toEqual([])
    expect([...relay.decode(body, '')]).toEqual(dialect.decode(body))
  })
})

const describeRecordings = haveRecordings ? describe : describe.skip

describeRecordings('recorded streams', () => {
  const bare = (events: Iterable<ChatEvent>) => [...events].flatMap(event => (event.type === 'frame' ? event.events : [event]))
  const recordings = openAIRecordings('chat').filter(({ kind, status }) => kind === 'sse' && status === 200)

  /** The events of a stream, or how it failed. */
  const read = (streamDecoder: () => (event: WireEvent) => Iterable<ChatEvent> | 'done', wire: readonly WireEvent[]) => {
    try {
      return bare(readEvents({ ...dialect, streamDecoder }, wire))
    } catch (error) {
      return String(error)
    }
  }

  test.each(recordings.map(one => [one.path, one] as const))('%s tells in frames what it tells without', (_path, { body }) => {
    const wire = readServerSentEvents(Buffer.from(body))
    expect(read(() => relay.streamDecoder(), wire)).toEqual(read(() => dialect.streamDecoder(), wire))
  })

  test('of OpenAI are passed on, all but their usage', () => {
    const own = recordings.filter(({ provider }) => provider === 'openai')
    expect(own.length).toBeGreaterThan(0)
    for (const { body, path } of own) {
      const wire = readServerSentEvents(Buffer.from(body))
      const passed = readEvents({ ...dialect, streamDecoder: () => relay.streamDecoder() }, wire).filter(event => event.type === 'frame')
      const choices = wire.filter(({ data }) => data !== '[DONE]' && (JSON.parse(data) as { choices: unknown[] }).choices.length > 0)
      expect([path, passed.map(({ data }) => data)]).toEqual([path, choices.map(({ data }) => data)])
    }
  })
})
