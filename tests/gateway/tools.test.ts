import { describe, expect, jest, test } from '@jest/globals'
import { calling, chatWith, eventsOf, open, wireOf, type Chat } from './tool-parts/support.ts'
import { until } from './support.ts'

/** Also where there is much else to do. */
jest.setTimeout(60_000)

const clock = `
  export const time = {
    name: 'time',
    description: 'The time of day.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    run: ({ city }) => ({ city, time: '12:00' })
  }
  export const more = [
    { name: 'throw', run() { throw new Error('the battery with the key sk-canary-4711 is empty') } },
    { name: 'hang', timeoutMs: 60_000, run: () => new Promise(() => {}) },
    { name: 'wait', run: (args, { signal }) => new Promise(() => { globalThis.toolSignal = signal }) },
    { name: 'spell', run: () => 'sk-canary-4711' },
    { name: 'circle', run() { const circle = {}; circle.self = circle; return circle } }
  ]
  export const other = 'no tool'
`
const files = { 'clock.mjs': clock }
const source = { clock: { module: './clock.mjs' } }

describe('functions of a module', () => {
  test('are offered to the model under the name of their source, called, and told as events', async () => {
    await using tools = await open(source, { files })
    await using chat = await chatWith(tools.sources, calling(['clock__time', { city: 'Paris' }]))
    expect((await chat.say()).message.content).toBe('{"city":"Paris","time":"12:00"}')
    const offered = wireOf(chat.served.service.requests.at(0)!).tools!.map(tool => tool.function)
    expect(offered.map(({ name }) => name)).toEqual(['throw', 'hang', 'wait', 'spell', 'circle', 'time'].map(name => `clock__${name}`))
    expect(offered.at(-1)).toMatchObject({ description: 'The time of day.', parameters: { required: ['city'] } })
    const events = await eventsOf(await chat.ask('/api/chat/stream', { message: 'Again?' }))
    expect(events.filter(({ event }) => event.startsWith('tool'))).toEqual([
      { event: 'tool_call', data: { id: 'call_0', name: 'clock__time', arguments: '{"city":"Paris"}' } },
      { event: 'tool_result', data: { id: 'call_0', name: 'clock__time', content: '{"city":"Paris","time":"12:00"}', is_error: false } }
    ])
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { warnings: [] } })
  })

  test('are not run with arguments that do not fit', async () => {
    await using tools = await open(source, { files })
    await using chat = await chatWith(tools.sources, calling(['clock__time', { city: 7 }]))
    expect((await chat.say()).message.content).toContain('/city must be string')
  })

  test('that throw, hang or return what is no JSON are told to the model, and the run goes on', async () => {
    await using tools = await open({ clock: { module: './clock.mjs', timeout: 0.05 } }, { files })
    await using chat = await chatWith(
      tools.sources,
      calling(['clock__throw'], ['clock__hang'], ['clock__circle'], ['clock__time', { city: 'Rome' }])
    )
    const events = await eventsOf(await chat.ask('/api/chat/stream', { message: 'Hi' }))
    const results = events.filter(({ event }) => event === 'tool_result').map(({ data }) => [data['is_error'], data['content']])
    expect(results).toEqual([
      [true, expect.stringContaining('The tool "clock__throw" failed: the battery')],
      // The operator's limit wins over that of the tool.
      [true, expect.stringContaining('It took longer than 50 ms')],
      [true, expect.stringContaining('circular')],
      [false, '{"city":"Rome","time":"12:00"}']
    ])
    expect(events.at(-1)?.event).toBe('done')
  })

  test('are told by their signal when the client has gone', async () => {
    await using tools = await open(source, { files })
    await using chat = await chatWith(tools.sources, calling(['clock__wait']))
    const controller = new AbortController()
    const asked = chat.ask('/api/chat', { message: 'Hi' }, controller.signal)
    const signal = () => Reflect.get(globalThis, 'toolSignal') as AbortSignal | undefined
    await until(() => signal() !== undefined)
    controller.abort()
    await expect(asked).rejects.toThrow()
    await until(() => signal()!.aborted)
  })

  test('never tell a key that is known, neither in what they return nor in how they fail', async () => {
    await using tools = await open({ ...source, other: { url: 'http://127.0.0.1:9/', headers: { 'x-key': 'sk-canary-4711' } } }, { files })
    await using chat = await chatWith(tools.sources, calling(['clock__spell'], ['clock__throw']))
    const events = await eventsOf(await chat.ask('/api/chat/stream', { message: 'Hi', tools: ['clock'] }))
    const results = events.filter(({ event }) => event === 'tool_result').map(({ data }) => data['content'])
    expect(results).toEqual(['[redacted]', 'The tool "clock__throw" failed: the battery with the key [redacted] is empty'])
  })

  test('are those that `only` names', async () => {
    await using tools = await open({ clock: { module: './clock.mjs', only: ['time', 'date'] } }, { files })
    const { tools: chosen } = await tools.sources.choose()
    expect(chosen.map(({ name }) => name)).toEqual(['clock__time'])
    expect(tools.log()).toContainEqual(expect.objectContaining({ level: 'warn', source: 'clock', absent: ['date'] }))
  })

  test.each([
    ['is not there', undefined, /Cannot find module/],
    ['throws', `throw new Error('out of order')`, /out of order/],
    ['exports no tool', `export const tool = { name: '', run() {} }; export default 3`, /exports no tool/],
    ['has two tools of one name', `const tool = { name: 'a', run() {} }; export default [tool, { ...tool }]`, /same name/],
    [
      'has a schema that is none',
      `export default { name: 'a', parameters: { type: 'text' }, run() {} }`,
      /cannot be used as a JSON Schema/
    ],
    ['never ends to load', `await new Promise(() => setInterval(() => {}, 1000).unref())`, /not open/]
  ])('of a module that %s are missed with a warning, and the chat goes on', async (_how, text, reason) => {
    const options = { patienceMs: 200, openMs: 300 }
    await using tools = await open(
      { odd: { module: './odd.mjs' }, ...source },
      { files: { ...files, ...(text !== undefined && { 'odd.mjs': text }) }, options: _how === 'never ends to load' ? options : {} }
    )
    expect(tools.sources.states()).toEqual({ odd: 'idle', clock: 'idle' })
    await using chat = await chatWith(tools.sources, calling(['clock__time', { city: 'Bonn' }]))
    const { message, warnings } = await chat.say()
    expect([message.content, warnings]).toEqual(['{"city":"Bonn","time":"12:00"}', ['The tools of "odd" cannot be used at the moment.']])
    await until(() => tools.log().some(({ level }) => level === 'warn'))
    expect(tools.log()).toContainEqual(expect.objectContaining({ level: 'warn', source: 'odd', reason: expect.stringMatching(reason) }))
    expect(tools.sources.states()).toEqual({ odd: 'failed', clock: 'ready' })
    const ready = (await (await fetch(`${chat.url}/ready`)).json()) as object
    expect(ready).toMatchObject({ status: 'ready', tools: { odd: 'failed', clock: 'ready' } })
  })
})

describe('a message', () => {
  test('may name sources and single tools, or none', async () => {
    await using tools = await open({ ...source, again: { module: './clock.mjs' } }, { files })
    await using chat = await chatWith(tools.sources, calling())
    const offered = async (names: unknown) => {
      await chat.say({ message: 'Hi', tools: names })
      return (wireOf(chat.served.service.requests.at(-1)!).tools ?? []).map(tool => tool.function.name)
    }
    // In the order of the configuration.
    expect(await offered(['again/time', 'clock/time', 'clock/hang'])).toEqual(['clock__time', 'clock__hang', 'again__time'])
    expect(await offered(['clock/time', 'clock'])).toHaveLength(6)
    expect(await offered(['clock', 'clock/time'])).toHaveLength(6)
    expect(await offered(undefined)).toHaveLength(12)
    expect(await offered(null)).toHaveLength(12)
    expect(await offered([])).toEqual([])
  })

  test('that names a tool that there is not is told which there are', async () => {
    await using tools = await open(source, { files })
    await using chat = await chatWith(tools.sources, calling())
    for (const path of ['/api/chat', '/api/chat/stream']) {
      expect(await refused(chat, path, ['clock', 'files'])).toMatch(
        /^400 invalid_request tools There is no tool "files"; there are: clock\.$/
      )
      expect(await refused(chat, path, ['clock/date'])).toMatch(/There is no tool "clock\/date"; there are: clock\/throw, clock\/hang, /)
      expect(await refused(chat, path, ['constructor'])).toMatch(/there are: clock\.$/)
    }
    expect(chat.served.service.requests).toHaveLength(0)
  })

  test('can have no tools where none are configured', async () => {
    await using chat = await chatWith(undefined, calling())
    expect(await refused(chat, '/api/chat', ['clock'])).toBe('400 invalid_request tools There are no tools here.')
    expect((await chat.say({ message: 'Hi', tools: [] })).message.content).toBe('no tool')
    expect(await (await fetch(`${chat.url}/ready`)).json()).not.toHaveProperty('tools')
  })

  test.each([
    [[{ url: 'http://127.0.0.1:1/' }]],
    ['clock'],
    [{ clock: { command: 'id' } }],
    [['']],
    [['a\n']],
    [[7]],
    [Array.from({ length: 1_001 }, () => 'clock')]
  ])('A10 A23 cannot name an address or a command as a tool: %#', async names => {
    await using tools = await open(source, { files })
    await using chat = await chatWith(tools.sources, calling())
    expect(await refused(chat, '/api/chat', names)).toBe('400 invalid_request tools `tools` must be a list of names of tools.')
  })

  test.each(['mcp_servers', 'api_base', 'module', 'command', 'url', 'functions'])('A10 A23 cannot have the field %s', async field => {
    await using chat = await chatWith(undefined, calling())
    const response = await chat.ask('/api/chat', { message: 'Hi', [field]: ['http://127.0.0.1:1/'] })
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(`There is no field`)])
  })
})

/** Status, code, field and message of the refusal of a message with these tools. */
async function refused(chat: Chat, path: string, tools: unknown): Promise<string> {
  const response = await chat.ask(path, { message: 'Hi', tools })
  const { error } = (await response.json()) as { readonly error?: Readonly<Record<string, string>> }
  return [response.status, error?.['code'], error?.['param'], error?.['message']].join(' ')
}
