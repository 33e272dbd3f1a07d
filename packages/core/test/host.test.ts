import { afterAll, describe, expect, test } from '@jest/globals'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { fakeService, json } from '@resoftai/sdk/testing'
import { createHost, isHostError, type HostError, type HostOptions } from '../src/index.ts'
import { answering, temporaryFolder, writePlugin } from './plugin-folder.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ask = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }
const key = 'sk-canary-0123456789abcdef'

const good = writePlugin(folder, { id: 'good', code: answering('good ') })
const keyed = writePlugin(folder, {
  id: 'keyed',
  manifest: {
    aliases: ['keyed-provider'],
    hosts: ['${config.api_base}'],
    config: {
      type: 'object',
      required: ['api_base', 'api_key'],
      properties: {
        api_base: { type: 'string', format: 'uri' },
        api_key: { type: 'string', writeOnly: true, 'x-env': ['KEYED_API_KEY'] },
        size: { type: 'integer' }
      }
    }
  },
  code: `export default {
    create: ({ config }) => ({
      encode: (request, mode) => ({ url: config.api_base + '/chat', headers: { authorization: 'Bearer ' + config.api_key, ...request.headers }, body: { ...request.extra, seen: config } }),
      streamDecoder: () => () => 'done',
      decode: body => [{ type: 'text', text: body.text }, { type: 'finish', reason: 'stop' }]
    })
  }`
})

async function open(options: HostOptions) {
  const host = await createHost({ env: { LOG_LEVEL: 'silent' }, cwd: folder, home: join(folder, 'home'), config: {}, ...options })
  return Object.assign(host, { [Symbol.asyncDispose]: () => host.close() })
}

async function failure(promise: Promise<unknown>): Promise<HostError> {
  const error: unknown = await promise.then(
    value => new Error(`expected a failure, got ${inspect(value)}`),
    (reason: unknown) => reason
  )
  if (!isHostError(error)) throw error
  return error
}

describe('a host', () => {
  test('asks a plugin that needs no configuration by its id', async () => {
    await using host = await open({ pluginPaths: [good] })
    expect((await (await host.provider('good')).chat(ask)).content).toContain('good ')
  })

  test('gives a plugin placeholders, and the vendor the key', async () => {
    await using vendor = await fakeService(json({ text: 'ok' }))
    await using host = await open({
      pluginPaths: [keyed],
      config: { providers: { mine: { plugin: 'keyed', api_base: vendor.url, api_key: key } } }
    })
    const provider = await host.provider('mine')
    expect((await provider.chat(ask)).content).toBe('ok')
    expect(vendor.requests[0]?.headers['authorization']).toBe(`Bearer ${key}`)
    expect(vendor.requests[0]?.body).toContain('{{secret:api_key}}')
    expect(vendor.requests[0]?.body).not.toContain(key)
    expect(JSON.stringify(provider.encode(ask))).not.toContain(key)
    expect(inspect(provider, { depth: 10 }) + inspect(host, { depth: 10 })).not.toContain(key)
  })

  test('adds the headers and extra fields of the configuration to each request', async () => {
    await using vendor = await fakeService(json({ text: 'ok' }))
    const mine = { plugin: 'keyed', api_base: vendor.url, api_key: key, headers: { 'X-Title': 'a' }, extra: { top_k: 3 } }
    await using host = await open({ pluginPaths: [keyed], config: { providers: { mine } } })
    await (await host.provider('mine')).chat({ ...ask, extra: { other: 1 } })
    expect(vendor.requests[0]?.headers['x-title']).toBe('a')
    expect(vendor.requests[0]?.json).toMatchObject({ top_k: 3, other: 1 })
  })

  test('knows a provider by the id and alias of its plugin when that is clear', async () => {
    const entry = { plugin: 'keyed', api_base: 'http://127.0.0.1:1', api_key: key }
    await using one = await open({ pluginPaths: [keyed], config: { providers: { mine: entry } } })
    expect((await one.provider('keyed')).name).toBe('mine')
    expect((await one.provider('keyed-provider')).name).toBe('mine')
    await using two = await open({ pluginPaths: [keyed], config: { providers: { mine: entry, yours: entry } } })
    expect((await failure(two.provider('keyed'))).message).toContain('mine, yours')
    await using own = await open({ pluginPaths: [keyed], config: { providers: { keyed: entry, yours: entry } } })
    expect((await own.provider('keyed-provider')).name).toBe('keyed')
  })

  test('splits a model reference at the first slash', async () => {
    await using host = await open({ pluginPaths: [good] })
    expect((await host.model('good/vendor/model')).defaultModel).toBe('vendor/model')
    for (const bad of ['good', '/m', 'good/']) expect((await failure(host.model(bad))).kind).toBe('usage')
  })

  test('names what is there, and the nearest name, for one that is not', async () => {
    await using host = await open({ pluginPaths: [good] })
    const error = await failure(host.provider('goof'))
    expect(error.kind).toBe('not_found')
    expect(error.message).toContain('Did you mean good?')
    expect(error.hint).toContain('good')
  })

  test('lists every mistake of a provider at once, without its key', async () => {
    const mine = { plugin: 'keyed', api_base: 7, api_key: key, siz: 3, timeout: -1 }
    await using host = await open({ pluginPaths: [keyed], config: { providers: { mine } } })
    const error = await failure(host.provider('mine'))
    expect(error.kind).toBe('config')
    expect(error.problems.map(problem => problem.path?.split('.').at(-1))).toEqual(expect.arrayContaining(['api_base', 'siz', 'timeout']))
    expect(error.problems).toHaveLength(3)
    expect(inspect(error, { depth: 10 })).not.toContain(key)
    expect(error.problems.find(problem => problem.path?.endsWith('siz'))?.suggestion).toContain('size')
  })

  test('names the variable that would set a missing key', async () => {
    await using host = await open({
      pluginPaths: [keyed],
      config: { providers: { mine: { plugin: 'keyed', api_base: 'http://127.0.0.1:1' } } }
    })
    expect(JSON.stringify((await failure(host.provider('mine'))).problems)).toContain('KEYED_API_KEY')
  })

  test('starts a provider once, however many ask at the same time', async () => {
    const counting = writePlugin(folder, {
      id: 'counting',
      code: `globalThis.countingStarts ??= 0
        export default { create: async () => { globalThis.countingStarts++; await new Promise(resolve => setTimeout(resolve, 20)); return { async *chat() { yield { type: 'text', text: String(globalThis.countingStarts) }; yield { type: 'finish', reason: 'stop' } } } } }`
    })
    await using host = await open({ pluginPaths: [counting] })
    const replies = await Promise.all(Array.from({ length: 10 }, async () => (await host.provider('counting')).chat(ask)))
    expect(replies.map(reply => reply.content)).toEqual(Array(10).fill('1'))
  })

  test('closes providers in the reverse order of their start, and ends running calls', async () => {
    const closing = (id: string) =>
      writePlugin(folder, {
        id,
        code: `export default { create: () => ({ async *chat() { yield { type: 'text', text: 'a' }; await new Promise(() => {}) }, close() { (globalThis.closed ??= []).push(${JSON.stringify(id)}); if (${JSON.stringify(id)} === 'second') throw new Error('no') } }) }`
      })
    const host = await open({ pluginPaths: [closing('first'), closing('second'), closing('third')] })
    for (const name of ['first', 'second', 'third']) await host.provider(name)
    const running = (await host.provider('first')).stream(ask)
    await running.next()
    const ended = expect(running.next()).rejects.toMatchObject({ kind: 'cancelled' })
    await host.close()
    await ended
    expect((globalThis as { closed?: unknown }).closed).toEqual(['third', 'second', 'first'])
    expect((await failure(host.provider('first'))).kind).toBe('usage')
    await host.close()
  })

  test('leaves a provider behind that does not close', async () => {
    const deaf = writePlugin(folder, {
      id: 'deaf',
      code: `export default { create: () => ({ async *chat() {}, close: () => new Promise(() => {}) }) }`
    })
    const host = await open({ pluginPaths: [deaf] })
    await host.provider('deaf')
    await host.close()
  })

  test('takes the parts it is given instead of its own', async () => {
    const sent: string[] = []
    const transport = {
      async send(request: { origin: string }) {
        sent.push(request.origin)
        throw new Error('no network here')
      },
      async close() {}
    }
    const providers = { mine: { plugin: 'keyed', api_base: 'https://vendor.test', api_key: key } }
    await using host = await open({ pluginPaths: [keyed], config: { providers }, overrides: { transport } })
    await expect((await host.provider('mine')).chat(ask)).rejects.toMatchObject({ name: 'ProviderError' })
    expect(sent).toEqual(['https://vendor.test'])
  })
})

describe('one bad plugin', () => {
  test.each<[string, string, RegExp]>([
    ['throws on import', 'throw new Error("boom")', /boom/],
    ['has no default export', 'export const a = 1', /default/],
    ['makes nothing usable', 'export default { create: () => ({}) }', /neither a dialect/],
    ['throws while it starts', 'export default { create() { throw new Error("bang") } }', /bang/]
  ])('that %s is named, and the others work', async (what, code, message) => {
    const bad = writePlugin(folder, { id: `bad-${what.replaceAll(' ', '-')}`, code })
    await using host = await open({ pluginPaths: [bad, good] })
    const error = await failure(host.provider(`bad-${what.replaceAll(' ', '-')}`))
    expect(error.kind).toBe('plugin')
    expect(error.message).toMatch(message)
    expect((await (await host.provider('good')).chat(ask)).content).toContain('good')
  })

  test('that is incompatible is refused before its code runs', async () => {
    const newer = writePlugin(folder, { id: 'newer', code: 'globalThis.newerRan = true', packageJson: { engines: { resoftai: '^9.0.0' } } })
    await using host = await open({ pluginPaths: [newer, good], config: { providers: { newer: { plugin: 'newer' } } } })
    const error = await failure(host.provider('newer'))
    expect(error.kind).toBe('incompatible')
    expect(JSON.stringify(error)).toContain('^9.0.0')
    expect('newerRan' in globalThis).toBe(false)
    expect(await host.providers()).toContainEqual(expect.objectContaining({ name: 'newer', state: 'unavailable' }))
  })

  test('whose manifest is broken leaves the host standing', async () => {
    const broken = writePlugin(folder, { id: 'broken', code: '', manifest: { hosts: 7, titel: 'x' } })
    await using host = await open({ pluginPaths: [broken, good], config: { providers: { broken: { plugin: 'broken' } } } })
    const error = await failure(host.provider('broken'))
    expect(error.problems.length).toBeGreaterThanOrEqual(2)
    expect(JSON.stringify(error.problems)).toContain('resoftai.plugin.json')
    expect((await (await host.provider('good')).chat(ask)).content).toContain('good')
  })
})
