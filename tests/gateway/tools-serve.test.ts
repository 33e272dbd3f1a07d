import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, jest, test } from '@jest/globals'
import { createLog, createRedactor, loadConfig } from '@resoftai/core'
import { openTools } from '@resoftai/gateway'
import { fakeService } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { serveApart, type Running } from './serve-process.ts'
import { calling, gone, lives, program, started, type Answered, type ToolCall } from './tool-parts/support.ts'
import { until } from './support.ts'

/** Programs are started, which takes long where there is much else to do. */
jest.setTimeout(60_000)

/** `resoftai serve` with a model that calls these tools. */
async function serveTools(tools: object, files: Readonly<Record<string, string>>, ...calls: readonly ToolCall[]) {
  const stack = new AsyncDisposableStack()
  const sandbox = stack.adopt(new Sandbox(), made => made.remove())
  for (const [name, text] of Object.entries({ told: '', ...files })) writeFileSync(join(sandbox.cwd, name), text)
  const service = stack.use(await fakeService(calling(...calls)))
  const written = JSON.parse(JSON.stringify({ tools }).replaceAll('@told', join(sandbox.cwd, 'told'))) as object
  const running = stack.use(await serveApart(sandbox, `${service.url}/v1`, written))
  return {
    running,
    sandbox,
    heard: () => readFileSync(join(sandbox.cwd, 'told'), 'utf8').split('\n').slice(0, -1),
    [Symbol.asyncDispose]: () => stack.disposeAsync()
  }
}

async function say({ url, key }: Running): Promise<Answered> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ message: 'Hi' })
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as Answered
}

const odd = (way: string) => ({ odd: program('odd-program', way, '@told') })

describe('resoftai serve', () => {
  test('has the tools of its configuration, and tells how they are', async () => {
    const clock = `export default { name: 'time', run: () => 'noon' }`
    const tools = { clock: { module: './clock.mjs' }, search: { url: '${SEARCH_URL}', headers: { 'x-key': '${SEARCH_KEY}' } } }
    await using served = await serveTools(tools, { 'clock.mjs': clock }, ['clock__time'])
    const { message, warnings } = await say(served.running)
    expect([message.content, warnings]).toEqual(['noon', ['The tools of "search" cannot be used at the moment.']])
    const ready = (await (await fetch(`${served.running.url}/ready`)).json()) as object
    expect(ready).toMatchObject({ status: 'ready', tools: { clock: 'ready', search: 'failed' } })
    expect(served.running.stderr()).toContain('The variable SEARCH_URL is not set.')
  })

  test('says that other tools need a restart', async () => {
    const clock = { module: './clock.mjs' }
    await using served = await serveTools({ clock }, { 'clock.mjs': `export default { name: 'time', run: () => 'noon' }` })
    const file = join(served.sandbox.cwd, 'resoftai.config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...config, tools: { clock, again: clock } }))
    await until(() => served.running.stderr().includes('needs a restart'))
    expect(served.running.stderr()).toContain('"settings":["tools.again"]')
  })

  test('goes on when a function of a module leaves a failure behind', async () => {
    const module = `
      export default { name: 'forget', run() {
        Promise.reject(new Error('a forgotten promise'))
        setTimeout(() => { throw new Error('a forgotten timer') })
        return 'done'
      } }`
    await using served = await serveTools({ odd: { module: './odd.mjs' } }, { 'odd.mjs': module }, ['odd__forget'])
    expect((await say(served.running)).message.content).toBe('done')
    await until(() => served.running.stderr().includes('a forgotten timer'))
    expect(served.running.stderr()).toContain('a forgotten promise')
    expect((await say(served.running)).message.content).toBe('done')
  })

  test('tells programs to end when it ends', async () => {
    await using served = await serveTools(odd('tidy'), {}, ['odd__echo'])
    expect((await say(served.running)).message.content).toBe('echo')
    served.running.signal('SIGTERM')
    expect(await served.running.ended).toBe(0)
    expect(served.heard().at(-1)).toBe('told to end')
  })

  test.each([
    ['once', 1],
    ['twice', 2]
  ])('that is told %s to end leaves no program behind, not one that does not listen', async (_often, times) => {
    await using served = await serveTools(odd('stubborn child'), {}, ['odd__echo'])
    expect((await say(served.running)).message.content).toBe('echo')
    const pids = started(served.heard())
    expect(pids.map(lives)).toEqual([true, true])
    served.running.signal('SIGTERM')
    await until(() => served.running.stderr().includes('running calls'))
    if (times === 2) served.running.signal('SIGTERM')
    expect(await served.running.ended).toBe(times === 1 ? 0 : 130)
    await gone(pids)
  })
})

describe('the tools of the configuration', () => {
  const clock = `export default { name: 'time', run: () => 'noon' }`

  async function withVendor(tools: object, ...calls: readonly ToolCall[]) {
    const stack = new AsyncDisposableStack()
    const sandbox = stack.adopt(new Sandbox(), made => made.remove())
    const service = stack.use(await fakeService(calling(...calls)))
    const vendor = { plugin: 'openai-compatible', api_base: `${service.url}/v1`, api_key: 'sk-invented', default_model: 'm1' }
    const written = JSON.stringify({ providers: { vendor }, tools }).replaceAll('@told', join(sandbox.cwd, 'told'))
    writeFileSync(join(sandbox.cwd, 'resoftai.config.json'), written)
    writeFileSync(join(sandbox.cwd, 'clock.mjs'), clock)
    return { sandbox, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  }

  test('can be used by `agent run`, beside those of files', async () => {
    const tools = { clock: { module: './clock.mjs' }, ...odd('tidy') }
    await using vendor = await withVendor(tools, ['odd__echo'], ['clock__time'], ['spell'])
    writeFileSync(join(vendor.sandbox.cwd, 'spell.mjs'), `export default { name: 'spell', run: () => 'abc' }`)
    const named = ['--tools', 'odd', '--tools', './spell.mjs', '--tools', 'clock/time']
    const result = await vendor.sandbox.run(['agent', 'run', '-p', 'vendor', '--json', ...named, 'Hi'])
    expect([result.code, result.stderr]).toEqual([0, ''])
    const { toolCalls } = result.json<{ readonly toolCalls: readonly { readonly name: string; readonly content: string }[] }>()
    expect(toolCalls.map(({ name, content }) => [name, content])).toEqual([
      ['odd__echo', 'echo'],
      ['clock__time', 'noon'],
      ['spell', 'abc']
    ])
    expect(readFileSync(join(vendor.sandbox.cwd, 'told'), 'utf8')).toMatch(/told to end\n$/)
  })

  test('that cannot be used, or are not there, stop `agent run`', async () => {
    await using vendor = await withVendor({ clock: { module: './clock.mjs' }, odd: program('odd-program', 'says why') })
    const failed = await vendor.sandbox.run(['agent', 'run', '-p', 'vendor', '--tools', 'odd', 'Hi'])
    expect([failed.code, failed.stderr]).toEqual([6, expect.stringContaining('There is no configuration for me.')])
    const unknown = await vendor.sandbox.run(['agent', 'run', '-p', 'vendor', '--tools', 'clock/date', 'Hi'])
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('There is no tool "clock/date"; there are: clock/time.')])
  })

  test('are looked at by `doctor`, with --offline not those at an address', async () => {
    await using vendor = await withVendor({
      clock: { module: './clock.mjs' },
      odd: program('odd-program', 'says why'),
      search: { url: 'http://127.0.0.1:9/mcp' }
    })
    const diagnose = async (...options: readonly string[]) => {
      const { checks } = (await vendor.sandbox.run(['doctor', '--json', ...options])).json<{
        readonly checks: readonly Readonly<Record<string, string>>[]
      }>()
      return checks.filter(({ area }) => area === 'tools').map(({ status, message }) => [status, message])
    }
    const local = [
      ['ok', 'Tools clock: 1'],
      ['failure', expect.stringMatching(/^Tools odd cannot be used: .*There is no configuration for me\.$/)]
    ]
    expect(await diagnose()).toEqual([...local, ['failure', expect.stringMatching(/^Tools search cannot be used: /)]])
    expect(await diagnose('--offline')).toEqual(local)
  })

  test('of the example can be called', async () => {
    const file = join(import.meta.dirname, '../../examples/project/tools.yaml')
    const config = await loadConfig({ cwd: dirname(file), home: '/nowhere', file, env: {} })
    const redactor = createRedactor()
    const sources = openTools(config.tools, { redactor, log: createLog({ level: 'silent', redactor }) })
    const { tools } = await sources.choose(['clock'])
    const context = { signal: new AbortController().signal, toolCallId: '1' }
    expect(await tools[0]?.run({ zone: 'Asia/Tokyo' }, context)).toMatch(/^\d+:\d\d:\d\d [AP]M$/)
    expect(sources.states()).toEqual({ clock: 'ready', files: 'idle', search: 'idle' })
    await sources.close()
  })
})

test('the SDK of MCP is loaded for a server, and not for anything else', async () => {
  const sandbox = new Sandbox()
  try {
    writeFileSync(join(sandbox.cwd, 'clock.mjs'), `export default { name: 'time', run: () => 'noon' }`)
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      const { openTools } = await import('@resoftai/gateway')
      const { createLog, createRedactor, loadConfig } = await import('@resoftai/core')
      const { command, args } = ${JSON.stringify(program('odd-program', 'chatty'))}
      const config = { tools: { clock: { module: './clock.mjs' }, odd: { command, args } } }
      const { tools } = await loadConfig({ cwd: ${JSON.stringify(sandbox.cwd)}, home: ${JSON.stringify(sandbox.home)}, env: {}, config })
      const redactor = createRedactor()
      const sources = openTools(tools, { redactor, log: createLog({ level: 'silent', redactor }) })
      const isLoaded = () => loaded.some(url => url.includes('modelcontextprotocol'))
      for (const source of ['clock', 'odd']) console.log((await sources.choose([source])).tools.length, isLoaded())
      await sources.close()`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname })
    expect(stdout).toBe('1 false\n1 true\n')
  } finally {
    sandbox.remove()
  }
})
