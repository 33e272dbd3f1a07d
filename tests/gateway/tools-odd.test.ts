import { describe, expect, jest, test } from '@jest/globals'
import { calling, chatWith, eventsOf, gone, lives, open, program, started, wireOf, type Tools } from './tool-parts/support.ts'
import { until } from './support.ts'

/** Programs are started, which takes long where there is much else to do. */
jest.setTimeout(60_000)

const odd = (way: string, more: object = {}) => {
  const { command, args } = program('odd-program', way, '@told')
  return { odd: { command, args, ...more } }
}

/** What the model is told when it calls the tool of the program. */
async function echoOf(tools: Tools): Promise<{ readonly content: unknown; readonly isError: unknown }> {
  await using chat = await chatWith(tools.sources, calling(['odd__echo']))
  const events = await eventsOf(await chat.ask('/api/chat/stream', { message: 'Hi' }))
  expect(events.at(-1)?.event).toBe('done')
  const { content, is_error: isError } = events.find(({ event }) => event === 'tool_result')!.data
  return { content, isError }
}

describe('a program that speaks MCP oddly', () => {
  test.each([
    ['silent', /^It was not open after 1 seconds\.$/, { openMs: 1_000 }],
    ['broken answer', /Invalid result for initialize/, {}],
    ['end at once', /Connection closed/, {}],
    ['says why', /Connection closed It wrote: There is no configuration for me\.$/, {}]
  ])('(%s) is missed with a warning, ended, and the chat goes on', async (way, reason, options) => {
    await using tools = await open(odd(way), { options })
    await using chat = await chatWith(tools.sources, calling())
    expect((await chat.say()).warnings).toEqual(['The tools of "odd" cannot be used at the moment.'])
    await until(() => tools.log().some(({ level }) => level === 'warn'))
    expect(tools.log()).toContainEqual(expect.objectContaining({ level: 'warn', source: 'odd', reason: expect.stringMatching(reason) }))
    await gone(started(tools.heard()))
  })

  test('(chatty) may print what is no message', async () => {
    await using tools = await open(odd('chatty'))
    expect(await echoOf(tools)).toEqual({ content: 'echo', isError: false })
  })

  test('(talks first) may say a thousand times that its tools have changed', async () => {
    await using tools = await open(odd('talks first'))
    expect(await echoOf(tools)).toEqual({ content: 'echo', isError: false })
  })

  test('(asks) is refused a model, a person and folders', async () => {
    await using tools = await open(odd('asks'))
    expect(await echoOf(tools)).toEqual({ content: 'echo', isError: false })
    await until(() => tools.heard().length === 4)
    expect(tools.heard().slice(1)).toEqual(['sampling', 'elicitation', 'roots'].map(id => `refused ${id} -32601`))
  })

  test.each([
    ['endless line', 'a message is longer than 16 MiB'],
    ['deaf', 'it asks without end and never reads the answers'],
    ['mute', 'it closes its output']
  ])('(%s) is ended when %s', async way => {
    await using tools = await open(odd(way))
    expect(await echoOf(tools)).toEqual({ content: 'The tool "odd__echo" failed: Connection closed', isError: true })
    await gone(started(tools.heard()))
  })

  test('(many errors) fills no log', async () => {
    await using tools = await open(odd('many errors'))
    expect(await echoOf(tools)).toEqual({ content: 'echo', isError: false })
    await until(() => tools.heard().includes('written'))
    const lines = tools.log().filter(({ line }) => line !== undefined)
    expect(lines.every(({ level, line }) => level === 'debug' && String(line).length <= 2_000)).toBe(true)
    expect(JSON.stringify(lines).length).toBeLessThan(100_000)
  })

  test('(many odd messages) fills no log either', async () => {
    await using tools = await open(odd('many odd messages'))
    expect(await echoOf(tools)).toEqual({ content: 'echo', isError: false })
    const lines = tools.log().filter(({ message }) => message === 'Something is odd about an MCP server.')
    expect(lines).toHaveLength(100)
    expect(lines.every(({ reason }) => String(reason).length <= 1_000)).toBe(true)
  })

  test('(leaves an heir) has ended when it has, though another program still holds its output', async () => {
    await using tools = await open(odd('leaves an heir'))
    expect(await echoOf(tools)).toEqual({ content: 'The tool "odd__echo" failed: Connection closed', isError: true })
    process.kill(started(tools.heard()).at(1)!, 'SIGKILL')
  })

  test('(tells its key) has it taken out of what it returns', async () => {
    await using tools = await open(odd('tells its key', { env: { KEY: '${KEY}' } }), { env: { KEY: 'sk-canary-of-odd' } })
    expect(await echoOf(tools)).toEqual({ content: 'My key is [redacted].', isError: false })
  })

  test('(many tools) has the first 128 of them used, or those that are named', async () => {
    await using tools = await open({ ...odd('many tools'), one: { ...odd('many tools').odd, only: ['tool 499'] } })
    expect((await tools.sources.choose(['odd'])).tools).toHaveLength(128)
    expect((await tools.sources.choose(['one'])).tools.map(({ name }) => name)).toEqual([expect.stringMatching(/^one__tool_499_/)])
    expect(tools.log()).toContainEqual(expect.objectContaining({ level: 'warn', source: 'odd', count: 372 }))
  })

  test('(endless pages) has the tools of a hundred of them used', async () => {
    await using tools = await open(odd('endless pages'))
    expect((await tools.sources.choose()).tools).toHaveLength(100)
  })

  test('(bad tools) has those left out that are too large, too deep or have a name of another, and no schema of it is run', async () => {
    await using tools = await open(odd('bad tools'))
    await using chat = await chatWith(tools.sources, calling(['odd__slow', { a: `${'a'.repeat(50)}!` }]))
    expect((await chat.say()).message.content).toBe('echo')
    const offered = wireOf(chat.served.service.requests.at(0)!).tools!.map(tool => tool.function)
    expect(offered.map(({ name }) => name)).toEqual(['odd__good', 'odd__long', 'odd__slow'])
    expect(offered[1]?.description).toHaveLength(8_193)
    const { refused } = tools.log().find(({ message }) => message === 'Tools are left out.')!
    expect(refused).toEqual([
      'good: there are two of this name',
      ': its name is empty or too long',
      `${'n'.repeat(128)}: its name is empty or too long`,
      'large: its schema is too large',
      'deep: its schema is nested too deeply'
    ])
  })

  test.each([
    ['child', 2],
    ['stubborn', 1],
    ['stubborn child', 2]
  ])('(%s) is ended with all that it has started', async (way, count) => {
    await using tools = await open(odd(way))
    expect(await echoOf(tools)).toMatchObject({ isError: false })
    const pids = started(tools.heard())
    expect(pids.map(lives)).toEqual(Array.from({ length: count }, () => true))
    await tools.sources.close()
    await gone(pids)
  })

  test('(tidy) is told to end', async () => {
    await using tools = await open(odd('tidy'))
    await tools.sources.choose()
    await tools.sources.close()
    expect(tools.heard().at(-1)).toBe('told to end')
  })

  test('that does not exist is missed with a warning', async () => {
    await using tools = await open({ odd: { command: './no-such-program' } })
    expect((await tools.sources.choose()).missing).toEqual([{ source: 'odd', reason: expect.stringContaining('ENOENT') }])
  })
})

test('tools that are closed while they are being opened leave nothing behind', async () => {
  await using tools = await open(odd('silent'))
  const choosing = tools.sources.choose()
  await until(() => tools.heard().length > 0)
  await tools.sources.close()
  expect((await choosing).missing).toEqual([{ source: 'odd', reason: 'The tools are closed.' }])
  expect(started(tools.heard()).map(lives)).toEqual([false])
  expect((await tools.sources.choose()).missing).toEqual([{ source: 'odd', reason: 'The tools are closed.' }])
})
