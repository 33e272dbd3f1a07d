import { describe, expect, jest, test } from '@jest/globals'
import { realpathSync } from 'node:fs'
import { fakeService, stall, text, type Answer, type Step } from '@resoftai/sdk/testing'
import { httpNotes } from './tool-parts/http-notes.ts'
import { calling, chatWith, eventsOf, lives, open, program, started, wireOf, type Chat } from './tool-parts/support.ts'
import { until } from './support.ts'

/** Programs are started, which takes long where there is much else to do. */
jest.setTimeout(60_000)

const pour: Step = async connection => {
  while (!connection.closed) await connection.write(' '.repeat(1_000_000))
}

const notes = { notes: { ...program('notes-program'), env: { TOLD: '@told' } } }

/** What each call of the model returned, and whether as a failure. */
async function resultsOf(chat: Chat, body: object = { message: 'Hi' }): Promise<readonly (readonly [unknown, unknown])[]> {
  const events = await eventsOf(await chat.ask('/api/chat/stream', body))
  expect(events.at(-1)?.event).toBe('done')
  return events.filter(({ event }) => event === 'tool_result').map(({ data }) => [data['is_error'], data['content']] as const)
}

/** With each kind of server that the SDK makes. */
const kinds = ['stdio', 'stdio, the newer protocol alone', 'http', 'http, the newer protocol alone'] as const

async function openNotes(kind: (typeof kinds)[number]) {
  const stack = new AsyncDisposableStack()
  const heard: string[] = []
  const events = { onWaiting: () => void heard.push('waiting'), onCancelled: () => void heard.push('cancelled') }
  if (kind.startsWith('stdio')) {
    const args = kind === 'stdio' ? [] : ['modern']
    const tools = stack.use(await open({ notes: { ...program('notes-program', ...args), env: { TOLD: '@told' } } }))
    return { tools, heard: () => tools.heard(), [Symbol.asyncDispose]: () => stack.disposeAsync() }
  }
  const server = stack.use(await httpNotes(kind === 'http' ? 'sessions' : 'modern', events))
  const tools = stack.use(await open({ notes: { url: server.url } }))
  return { tools, heard: () => heard, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

describe.each(kinds)('an MCP server made with the official SDK (%s)', kind => {
  test('has its tools called, and what they return is told', async () => {
    await using server = await openNotes(kind)
    const { sources } = server.tools
    const all = (await sources.choose()).tools.map(({ name }) => name)
    expect(all).toContain('notes__add')
    const readNote = all.find(name => /^notes__read_note_[0-9a-f]{8}$/.test(name))!
    await using chat = await chatWith(
      sources,
      calling(
        ['notes__add', { a: 2, b: 3 }],
        [readNote, { name: 'one' }],
        ['notes__fail'],
        ['notes__picture'],
        ['notes__numbers'],
        ['notes__big']
      )
    )
    expect(await resultsOf(chat)).toEqual([
      [false, '5'],
      [false, 'The note one.'],
      [true, 'The tool "notes__fail" failed: There is no such note.'],
      [
        false,
        '[image (image/png), which cannot be shown here]\n[resource a.txt: file:///a.txt]\nfrom b\n[resource file:///c.bin, which cannot be shown here]'
      ],
      [false, '{"sum":3}'],
      [false, expect.stringMatching(/^x{100000}\n\[cut: the first 100000 of 10000000 characters\]$/)]
    ])
    const add = wireOf(chat.served.service.requests.at(0)!).tools!.find(tool => tool.function.name === 'notes__add')!
    expect(add.function).toMatchObject({ description: 'Adds two numbers.', parameters: { type: 'object', required: ['a', 'b'] } })
  })

  test('checks the arguments itself', async () => {
    await using server = await openNotes(kind)
    await using chat = await chatWith(server.tools.sources, calling(['notes__add', { a: 'two' }]))
    expect(await resultsOf(chat)).toEqual([[true, expect.stringMatching(/^The tool "notes__add" failed: .*Invalid/s)]])
  })

  test('is told when a call is cancelled, as the client has gone', async () => {
    await using server = await openNotes(kind)
    await using chat = await chatWith(server.tools.sources, calling(['notes__wait']))
    const controller = new AbortController()
    const left = chat.ask('/api/chat', { message: 'Hi' }, controller.signal).catch(() => 'left')
    await until(() => server.heard().includes('waiting'))
    controller.abort()
    expect(await left).toBe('left')
    await until(() => server.heard().includes('cancelled'))
  })

  test('that has new tools offers them to the next message', async () => {
    await using server = await openNotes(kind)
    await using chat = await chatWith(server.tools.sources, calling(['notes__grow']))
    expect(await resultsOf(chat)).toEqual([[false, 'grown']])
    if (kind.startsWith('http, ')) return
    await until(async () => (await server.tools.sources.choose()).tools.some(({ name }) => name === 'notes__grown'))
  })
})

describe('a program that is an MCP server', () => {
  test('is given the variables that it is meant to have, and none of ours', async () => {
    process.env['OUR_API_KEY'] = 'sk-canary-of-the-gateway'
    try {
      const source = { ...program('notes-program'), env: { GIVEN: 'as written', TOLD: '@told' } }
      await using tools = await open({ notes: source })
      await using chat = await chatWith(tools.sources, calling(['notes__environment']))
      const [[, content]] = (await resultsOf(chat)) as [[boolean, string]]
      const given = JSON.parse(content) as Readonly<Record<string, string>>
      expect(given).toMatchObject({ GIVEN: 'as written', PATH: process.env['PATH'] })
      const harmless = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER']
      expect(Object.keys(given).filter(name => !['GIVEN', 'TOLD', ...harmless].includes(name))).toEqual([])
    } finally {
      delete process.env['OUR_API_KEY']
    }
  })

  test('is started in the folder of its configuration, when it is first needed, and once for all', async () => {
    await using tools = await open(notes)
    expect(started(tools.heard())).toEqual([])
    await Promise.all(Array.from({ length: 5 }, () => tools.sources.choose()))
    expect(tools.heard()).toContain(`in ${realpathSync(tools.folder)}`)
    const pids = started(tools.heard())
    expect(pids.map(lives)).toEqual([true])
    await tools.sources.close()
    expect(pids.map(lives)).toEqual([false])
  })

  test('that dies in a call is told as a failure of it, and started again for the next one of the same answer', async () => {
    await using tools = await open(notes)
    await using chat = await chatWith(tools.sources, calling(['notes__die'], ['notes__add', { a: 1, b: 1 }]))
    expect(await resultsOf(chat)).toEqual([
      [true, 'The tool "notes__die" failed: Connection closed'],
      [false, '2']
    ])
    expect(started(tools.heard())).toHaveLength(2)
    expect(tools.log()).toContainEqual(expect.objectContaining({ level: 'warn', source: 'notes', reason: 'It has ended.' }))
  })

  test('that keeps dying is started less and less often', async () => {
    await using tools = await open(notes)
    const die = (await tools.sources.choose(['notes/die'])).tools.at(0)!
    const context = { signal: new AbortController().signal, toolCallId: '1' }
    for (let death = 1; death <= 4; death++) await expect(die.run({}, context)).rejects.toThrow('Connection closed')
    expect(tools.log().flatMap(({ restMs }) => restMs ?? [])).toEqual([500, 1_000, 2_000, 4_000])
    // No message waits for it now.
    expect((await tools.sources.choose()).missing).toEqual([{ source: 'notes', reason: 'It has ended.' }])
    expect([tools.sources.states(), started(tools.heard()).length]).toEqual([{ notes: 'failed' }, 4])
  })
})

describe('an MCP server at an address', () => {
  test('is sent the headers that are configured, and they are in no log', async () => {
    await using server = await httpNotes()
    const env = { TOKEN: 'sk-canary-of-search' }
    await using tools = await open({ notes: { url: server.url, headers: { Authorization: 'Bearer ${TOKEN}' } } }, { env })
    await tools.sources.choose()
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(server.requests.map(() => 'Bearer sk-canary-of-search'))
    await tools.sources.close()
    expect(server.requests.at(-1)?.method).toBe('DELETE')
    expect(JSON.stringify(tools.log())).not.toContain('canary')
  })

  test('that has forgotten the session, as after a restart, is connected with anew', async () => {
    await using server = await httpNotes()
    await using tools = await open({ notes: { url: server.url } })
    await using chat = await chatWith(tools.sources, calling(['notes__add', { a: 1, b: 1 }], ['notes__add', { a: 2, b: 2 }]))
    await tools.sources.choose()
    server.forget()
    expect(await resultsOf(chat)).toEqual([
      [true, expect.stringContaining('There is no such session.')],
      [false, '4']
    ])
  })

  test('whose connection is cut in a call is told as a failure at once', async () => {
    const server = await httpNotes('sessions', { onWaiting: () => setTimeout(() => server.cut(), 50) })
    await using tools = await open({ notes: { url: server.url } })
    await using chat = await chatWith(tools.sources, calling(['notes__wait'], ['notes__add', { a: 2, b: 2 }]))
    expect(await resultsOf(chat)).toEqual([
      [true, expect.stringContaining('The connection was cut')],
      [false, '4']
    ])
    await server[Symbol.asyncDispose]()
  })

  test('lets no connection of a call stay open whose time is over', async () => {
    await using server = await httpNotes()
    await using tools = await open({ notes: { url: server.url, timeout: 0.1 } })
    await using chat = await chatWith(tools.sources, calling(['notes__wait'], ['notes__wait'], ['notes__wait']))
    const results = await resultsOf(chat)
    expect(results).toEqual(results.map(() => [true, expect.stringContaining('It took longer than 100 ms')]))
    // What is left is the one stream for messages of the server.
    await until(() => server.open() <= 1)
  })

  test('A10 that sends elsewhere is not followed, and nobody else gets its headers', async () => {
    await using elsewhere = await httpNotes()
    await using server = await fakeService(text('', { status: 307, headers: { location: elsewhere.url } }))
    await using tools = await open({ notes: { url: `${server.url}/mcp`, headers: { 'x-key': 'sk-canary-of-search' } } })
    expect((await tools.sources.choose()).missing).toEqual([{ source: 'notes', reason: expect.stringContaining('Redirect to') }])
    expect(elsewhere.requests).toEqual([])
  })

  test.each([
    ['answers with a page', text('<html>', { headers: { 'content-type': 'text/html' } }), /Unexpected content type/],
    ['answers without end', { headers: { 'content-type': 'application/json' }, steps: [pour] }, /too large/],
    ['refuses', text(`Who are you? ${'?'.repeat(10_000)}`, { status: 401 }), /^.{0,100}Who are you.{900,1000}$/s],
    ['never answers', { steps: [stall] }, /not open/]
  ] satisfies [string, Answer, RegExp][])('that %s is missed with a warning', async (how, answer, reason) => {
    await using server = await fakeService(answer)
    await using tools = await open({ notes: { url: server.url } }, { options: how === 'never answers' ? { openMs: 1_000 } : {} })
    await using chat = await chatWith(tools.sources, calling())
    expect((await chat.say()).warnings).toEqual(['The tools of "notes" cannot be used at the moment.'])
    expect(tools.log()).toContainEqual(expect.objectContaining({ level: 'warn', source: 'notes', reason: expect.stringMatching(reason) }))
    await tools.sources.close()
    await until(() => server.openSockets() === 0)
  })
})
