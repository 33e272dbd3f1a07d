import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, json, type FakeService } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion } from '../faults/support.ts'
import { ask, chat, configFile, configOf, linesOf, provider, reloaded, reloadsOf, rewrite, type Line } from './reloading.ts'
import { serveApart } from './serve-process.ts'
import { vendorKey } from './support.ts'

// A change is seen after two or three seconds.
jest.setTimeout(60_000)

let sandbox: Sandbox
let service: FakeService
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())
beforeAll(async () => void (service = await fakeService(json(completion('Hello')))))
afterAll(() => service.close())

const start = (config: object = {}) => serveApart(sandbox, `${service.url}/v1`, { log: { level: 'info' }, ...config })

/** Wrong in five places; a key stands beside them. */
const wrong = `providers:
  vendor: { plugin: openai-compatible, api_base: 'http://127.0.0.1:9', api_key: ${vendorKey} }
  vendor: { plugin: openai-compatible }
lgo: { level: info }
gateway:
  anonymous: perhaps
  prot: 8000
budgets:
  - { per: year, limit: 20 CNY }
`
const mistakes: readonly (readonly [path: string, line: number])[] = [
  ['providers.vendor', 3],
  ['lgo', 4],
  ['gateway.anonymous', 6],
  ['gateway.prot', 7],
  ['budgets.0.per', 9]
]
/** `path file:line` of each, in any order. */
const allOf = (file: string) => mistakes.map(([path, line]) => `${path} ${file}:${line}`).toSorted()
const placesOf = (problems: Line['problems'] = []) => problems.map(({ path, file, line }) => `${path} ${file}:${line}`).toSorted()

test('G18 a start with a broken configuration is refused with file, line and path', async () => {
  const file = join(sandbox.cwd, 'resoftai.config.yaml')
  writeFileSync(file, 'gateway:\n  port: none\n')
  const { code, stdout, stderr } = await sandbox.run(['serve', '--port', '0'])
  expect(code).toBe(6)
  expect(stdout).toBe('')
  expect(stderr).toContain(`${file}:2`)
  expect(stderr).toContain('gateway.port')
})

test('G18 a configuration that is broken while it serves is refused, and the one before stays until it is mended', async () => {
  await using running = await start()
  const line = await reloaded(running, () =>
    writeFileSync(configFile(sandbox), `{ "providers": { "vendor": { "api_key": "${vendorKey}", } }`)
  )
  expect(line).toMatchObject({ level: 'error', problems: [{ file: configFile(sandbox), line: 1 }] })
  expect([await chat(running), await configOf(running)]).toEqual([200, 'refused'])
  await reloaded(running, () => rewrite(sandbox, { gateway: { metrics: 'public' }, providers: { vendor: provider(service.url) } }))
  expect([await chat(running), await configOf(running)]).toEqual([200, 'current'])
  const metrics = await (await ask(running, '/metrics')).text()
  expect(metrics).toMatch(/^resoftai_config_reloads_total\{result="applied"\} 1$/m)
  expect(metrics).toMatch(/^resoftai_config_reloads_total\{result="refused"\} 1$/m)
  expect(metrics).toMatch(/^resoftai_config_last_reload_success 1$/m)
  expect(running.stderr()).not.toContain(vendorKey)
})

test('G19 all mistakes of a configuration are told at once, and a start with them exits with 6', async () => {
  const file = join(sandbox.cwd, 'resoftai.config.yaml')
  writeFileSync(file, wrong)
  const result = await sandbox.run(['serve', '--port', '0', '--json'])
  expect(result.code).toBe(6)
  const { error } = result.json<{ readonly error: { readonly problems: Line['problems'] } }>()
  expect(placesOf(error.problems)).toEqual(allOf(file))
  expect(result.stdout + result.stderr).not.toContain(vendorKey)
})

test('G19 all mistakes of a configuration that is read again are told in one line, and none of it is used', async () => {
  await using running = await start()
  const line = await reloaded(running, () => writeFileSync(configFile(sandbox), wrong))
  expect(placesOf(line.problems)).toEqual(allOf(configFile(sandbox)))
  expect(line.level).toBe('error')
  expect(await chat(running)).toBe(200)
  expect((await ask(running, '/v1/models', undefined, 'rk-none')).status).toBe(401)
})

test('G19 what only the whole of a configuration shows is refused too', async () => {
  await using running = await start()
  const budgets = [{ per: 'day', limit: '1 USD', provider: 'vendro' }]
  const line = await reloaded(running, () => rewrite(sandbox, { providers: { vendor: provider(service.url) }, budgets }))
  expect(line).toMatchObject({ level: 'error', problems: [{ path: 'budgets.0.provider', suggestion: 'Did you mean vendor?' }] })
  expect(await chat(running)).toBe(200)
})

test('a provider that serves is not given up for one that could not, nor for a new one that could not', async () => {
  const broken = { vendor: provider(service.url), lame: provider(service.url, { timeout: 'soon' }) }
  await using running = await start({ providers: broken })
  expect(await chat(running)).toBe(200)
  const other = { plugin: 'openai-compatible', api_base: 'nowhere' }
  const line = await reloaded(running, () =>
    rewrite(sandbox, { providers: { ...broken, vendor: provider(service.url, { timeout: 'soon' }), other } })
  )
  expect(line).toMatchObject({ level: 'error', reason: expect.stringContaining('vendor, other') })
  expect(line.problems).toEqual([
    expect.objectContaining({ file: configFile(sandbox), line: expect.any(Number), path: 'providers.vendor.timeout' }),
    expect.objectContaining({ path: 'providers.other.api_base' })
  ])
  expect(await chat(running)).toBe(200)
  // The one that could not be asked before is no reason.
  const { lame, vendor } = broken
  expect(await reloaded(running, () => rewrite(sandbox, { providers: { lame, vendor, third: vendor } }))).toMatchObject({
    added: ['third']
  })
  expect(await chat(running, 'third/m1')).toBe(200)
  expect(reloadsOf(running)).toHaveLength(2)
  expect(linesOf(running).filter(({ level }) => level === 'error')).toHaveLength(1)
})

test('a configuration that was refused for a missing file is used when the file is there', async () => {
  await using running = await start()
  const secret = join(sandbox.cwd, 'key.txt')
  const providers = { vendor: provider(service.url, { api_key: 'file:key.txt' }) }
  expect(await reloaded(running, () => rewrite(sandbox, { providers }))).toMatchObject({ level: 'error' })
  const line = await reloaded(running, () => writeFileSync(secret, 'sk-second-0123456789abcdef'))
  expect(line).toMatchObject({ level: 'info', files: [secret], changed: ['vendor'] })
  expect(await chat(running)).toBe(200)
  expect(service.requests.at(-1)?.headers['authorization']).toBe('Bearer sk-second-0123456789abcdef')
})
