import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, json, type FakeService } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion } from '../faults/support.ts'
import { ask, chat, configFile, configOf, linesOf, provider, reloaded, reloadsOf, rewrite } from './reloading.ts'
import { serveApart } from './serve-process.ts'

// A change is seen after two or three seconds.
jest.setTimeout(60_000)

let sandbox: Sandbox
let service: FakeService
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())
beforeAll(async () => void (service = await fakeService(json(completion('Hello')))))
afterAll(() => service.close())

const log = { level: 'info' }
const start = (config: object = {}) => serveApart(sandbox, `${service.url}/v1`, { log, ...config })
/** The key that the vendor was sent last. */
const keySent = () => service.requests.at(-1)?.headers['authorization']?.replace('Bearer ', '')
const withKey = (api_key: string) => ({ log, providers: { vendor: provider(service.url, { api_key }) } })

describe('the configuration is read again when', () => {
  test('its file is written, or replaced by another as editors do', async () => {
    await using running = await start()
    const line = await reloaded(running, () => rewrite(sandbox, withKey('sk-second-0123456789abcdef')))
    expect(line).toMatchObject({ level: 'info', files: [configFile(sandbox)], changed: ['vendor'] })
    expect(await chat(running)).toBe(200)
    expect(keySent()).toBe('sk-second-0123456789abcdef')
    const other = join(sandbox.cwd, '.resoftai.config.json.swp')
    await reloaded(running, () => {
      writeFileSync(other, JSON.stringify(withKey('sk-third-0123456789abcdef')))
      renameSync(other, configFile(sandbox))
    })
    await reloaded(running, () => rewrite(sandbox, withKey('sk-fourth-0123456789abcdef')))
    expect(await chat(running)).toBe(200)
    expect(keySent()).toBe('sk-fourth-0123456789abcdef')
  })

  test('its link leads elsewhere, as with a ConfigMap of Kubernetes', async () => {
    const inside = (...names: string[]) => join(sandbox.cwd, ...names)
    for (const version of ['v1', 'v2', 'v3']) mkdirSync(inside(version))
    symlinkSync('v1', inside('..data'))
    symlinkSync(join('..data', 'resoftai.config.json'), configFile(sandbox))
    await using running = await start()
    for (const [before, after] of [
      ['v1', 'v2'],
      ['v2', 'v3']
    ] as const) {
      writeFileSync(inside(after, 'resoftai.config.json'), JSON.stringify(withKey(`sk-${after}-0123456789abcdef`)))
      await reloaded(running, () => {
        symlinkSync(after, inside('..data_tmp'))
        renameSync(inside('..data_tmp'), inside('..data'))
        rmSync(inside(before), { recursive: true })
      })
      expect(await chat(running)).toBe(200)
      expect(keySent()).toBe(`sk-${after}-0123456789abcdef`)
    }
  })

  test('a `.env` file appears, is written and goes away', async () => {
    const variable = { vendor: provider(service.url, { api_key: '${VENDOR_KEY:-sk-first-0123456789abcdef}' }) }
    await using running = await start({ providers: variable })
    const dotEnv = join(sandbox.cwd, '.env')
    for (const secret of ['sk-second-0123456789abcdef', 'sk-third-0123456789abcdef']) {
      const line = await reloaded(running, () => writeFileSync(dotEnv, `VENDOR_KEY=${secret}\n`))
      expect(line).toMatchObject({ files: [dotEnv], changed: ['vendor'], settings: ['env.VENDOR_KEY'] })
      expect(await chat(running)).toBe(200)
      expect(keySent()).toBe(secret)
    }
    await reloaded(running, () => rmSync(dotEnv))
    expect(await chat(running)).toBe(200)
    expect(keySent()).toBe('sk-first-0123456789abcdef')
    expect(running.stderr()).not.toMatch(/0123456789abcdef/)
  })

  test('the file of a secret is written', async () => {
    const secret = join(sandbox.cwd, 'key.txt')
    writeFileSync(secret, 'sk-first-0123456789abcdef\n')
    await using running = await start({ providers: { vendor: provider(service.url, { api_key: 'file:key.txt' }) } })
    await reloaded(running, () => running.signal('SIGHUP'))
    const line = await reloaded(running, () => writeFileSync(secret, 'sk-second-0123456789abcdef\n'))
    expect(line).toMatchObject({ files: [secret], changed: ['vendor'] })
    expect(await chat(running)).toBe(200)
    expect(keySent()).toBe('sk-second-0123456789abcdef')
  })

  test('it goes away, appears as a program, and has another text', async () => {
    writeFileSync(join(sandbox.cwd, '.env'), 'LOG_LEVEL=info\n')
    await using running = await start()
    const program = join(sandbox.cwd, 'resoftai.config.mjs')
    const write = (secret: string) => writeFileSync(program, `export default ${JSON.stringify(withKey(secret))}`)
    expect(await reloaded(running, () => rmSync(configFile(sandbox)))).toMatchObject({ removed: ['vendor'] })
    expect(await reloaded(running, () => write('sk-second-0123456789abcdef'))).toMatchObject({ added: ['vendor'] })
    expect(await reloaded(running, () => write('sk-third-0123456789abcdef'))).toMatchObject({ changed: ['vendor'] })
    expect(await chat(running)).toBe(200)
    expect(keySent()).toBe('sk-third-0123456789abcdef')
  })

  test('another command sets a price, or disables or enables a plugin', async () => {
    await using running = await start()
    await chat(running)
    const setPrice = ['prices', 'set', 'vendor/m1', '--input', '2', '--output', '8', '--currency', 'USD']
    const priced = await reloaded(running, () => void sandbox.run(setPrice))
    expect(priced).toMatchObject({ files: [join(sandbox.home, 'prices.json')] })
    const response = await ask(running, '/v1/chat/completions', { model: 'vendor/m1', messages: [{ role: 'user', content: 'Hello' }] })
    expect(response.headers.get('x-resoftai-cost')).toMatch(/ USD$/)
    await response.text()
    const turn = (how: 'disable' | 'enable') => reloaded(running, () => void sandbox.run(['plugin', how, 'simulator']))
    expect(await turn('disable')).toMatchObject({ removed: ['simulator'] })
    expect(await turn('enable')).toMatchObject({ added: ['simulator'] })
  })
})

test('a file that was only touched is not read again, and SIGHUP reads it all the same', async () => {
  await using running = await start()
  expect(await reloaded(running, () => running.signal('SIGHUP'))).not.toHaveProperty('files')
  utimesSync(configFile(sandbox), new Date(), new Date(Date.now() - 60_000))
  // Longer than it takes until a change is seen.
  await new Promise(resolve => setTimeout(resolve, 4_000))
  const dotEnv = join(sandbox.cwd, '.env')
  expect(await reloaded(running, () => writeFileSync(dotEnv, 'OTHER=1\n'))).toMatchObject({ files: [dotEnv], settings: ['env.OTHER'] })
  expect(reloadsOf(running)).toHaveLength(2)
  expect(reloadsOf(running)[0]?.message).toContain('nothing in it has changed')
  expect(await configOf(running)).toBe('current')
  expect(linesOf(running).filter(({ level }) => level !== 'info')).toEqual([])
})
