import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { fakeService, json, type FakeService, type ReceivedRequest, type Answer } from '@resoftai/sdk/testing'
import { checkNode } from '../src/doctor/node.ts'
import { loadMessages } from '../src/messages/index.ts'
import { Sandbox } from './cli-process.ts'
import { models } from './openai-service.ts'
import { writePlugin } from './plugin-folder.ts'

const canary = 'sk-CanaryBird.0123456789abcdefghij'
let sandbox: Sandbox
let services: FakeService[]

beforeEach(() => {
  sandbox = new Sandbox()
  services = []
})
afterEach(async () => {
  await Promise.all(services.map(service => service.close()))
  sandbox.remove()
})

interface Check {
  readonly area: string
  readonly status: string
  readonly message: string
  readonly hint?: string
  readonly name?: string
  readonly kind?: string
  readonly code?: string
}

async function serve(answer: Answer | ((request: ReceivedRequest) => Answer)): Promise<FakeService> {
  const service = await fakeService(answer)
  services.push(service)
  return service
}

function configure(providers: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void {
  const entries = Object.entries(providers).map(([name, entry]) => [
    name,
    { plugin: 'openai-compatible', api_key: canary, max_retries: 0, ...entry }
  ])
  writeFileSync(join(sandbox.cwd, 'resoftai.config.json'), JSON.stringify({ providers: Object.fromEntries(entries) }))
}

async function diagnose(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const result = await sandbox.run(['doctor', '--json', ...args], { env })
  const { ok, checks } = result.json<{ ok: boolean; checks: readonly Check[] }>()
  expect(result.stdout + result.stderr).not.toContain('CanaryBird')
  return { code: result.code, ok, checks, of: (name: string) => checks.find(check => check.name === name) }
}

describe('doctor', () => {
  test('tells a provider that cannot be reached from one that was reached and refused the key', async () => {
    const refusing = await serve(json({ error: { message: 'Incorrect API key', code: 'invalid_api_key' } }, { status: 401 }))
    const failing = await serve(json({ error: { message: 'broken' } }, { status: 500 }))
    const deaf = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise(resolve => deaf.once('listening', resolve))
    const { port } = deaf.address() as { readonly port: number }
    configure({
      closed: { api_base: 'http://127.0.0.1:9/v1' },
      unnamed: { api_base: 'https://vendor.invalid/v1' },
      plain: { api_base: `${refusing.url.replace('http:', 'https:')}/v1` },
      deaf: { api_base: `http://127.0.0.1:${port}/v1`, timeout: 0.3 },
      refusing: { api_base: `${refusing.url}/v1` },
      failing: { api_base: `${failing.url}/v1` }
    })
    const { code, ok, of } = await diagnose()
    deaf.close()
    expect([code, ok]).toEqual([1, false])
    const unreachable = (name: string) => ({
      area: 'providers',
      status: 'failure',
      message: expect.stringContaining(`Provider ${name} cannot be reached: `),
      hint: expect.any(String)
    })
    expect(of('closed')).toMatchObject({ ...unreachable('closed'), kind: 'network', code: 'connect' })
    expect(of('unnamed')).toMatchObject({ ...unreachable('unnamed'), kind: 'network', code: 'dns' })
    expect(of('plain')).toMatchObject({ ...unreachable('plain'), kind: 'network', code: 'tls' })
    expect(of('deaf')).toMatchObject({ ...unreachable('deaf'), kind: 'timeout', code: 'first_byte' })
    expect(of('refusing')).toMatchObject({
      status: 'failure',
      kind: 'auth',
      message: 'Provider refusing was reached, but refused the key: Incorrect API key',
      hint: expect.stringContaining('resoftai.config.json')
    })
    expect(of('failing')).toMatchObject({ status: 'failure', kind: 'server', message: expect.stringContaining('was asked, but failed') })
  })

  test('tries each of several keys, and says how many are refused', async () => {
    const service = await serve(request =>
      request.headers['authorization']?.includes('bad') === true ? json({ error: { message: 'no' } }, { status: 401 }) : models
    )
    const api_base = `${service.url}/v1`
    configure({
      good: { api_base, api_key: [`${canary}-1`, `${canary}-2`] },
      mixed: { api_base, api_key: [`${canary}-1`, `${canary}-bad`, `${canary}-3`] },
      bad: { api_base, api_key: [`${canary}-bad1`, `${canary}-bad2`] }
    })
    const { of } = await diagnose()
    expect(of('good')).toMatchObject({ status: 'ok', message: expect.stringMatching(/answers \(\d+ ms\) with each of its 2 keys/) })
    expect(of('mixed')).toMatchObject({ status: 'warning', message: expect.stringContaining('1 of its 3 keys'), hint: expect.any(String) })
    expect(of('bad')).toMatchObject({ status: 'failure', kind: 'auth', message: expect.stringContaining('refused each of its 2 keys') })
  })

  test('compares the clock of this machine with that of the vendors', async () => {
    const at = (minutes: number) => ({ headers: { date: new Date(Date.now() + minutes * 60_000).toUTCString() } })
    const clockOf = async (minutes: number, answer: (options: ReturnType<typeof at>) => Answer) => {
      const service = await serve(answer(at(minutes)))
      configure({ vendor: { api_base: `${service.url}/v1` } })
      return (await diagnose()).checks.find(({ area }) => area === 'clock')
    }
    const list = (options: object) => json({ object: 'list', data: [] }, options)
    const refusal = (options: object) => json({ error: { message: 'no' } }, { ...options, status: 401 })
    expect(await clockOf(0, list)).toMatchObject({ status: 'ok', message: expect.stringContaining('vendor') })
    expect(await clockOf(-4, list)).toMatchObject({ status: 'ok' })
    expect(await clockOf(-90, list)).toMatchObject({ status: 'warning', name: 'vendor', hint: expect.stringContaining('Set the clock') })
    expect(await clockOf(90, refusal)).toMatchObject({ status: 'warning' })
    const cached = (options: ReturnType<typeof at>) => list({ headers: { ...options.headers, age: String(90 * 60) } })
    expect(await clockOf(-90, cached)).toMatchObject({ status: 'ok' })
    expect(await clockOf(0, () => list({ headers: { date: 'noon' } }))).toBe(undefined)
  })

  test('says what is missing in a provider that is not complete, with its place and how to set it', async () => {
    configure({ groq: { preset: 'groq', api_key: undefined, timeout: 'long' } })
    expect((await diagnose(['--offline'])).of('groq')).toMatchObject({
      status: 'warning',
      kind: 'config',
      message: expect.stringMatching(/not configured: .*api_key is missing/),
      hint: expect.stringContaining('GROQ_API_KEY')
    })
  })

  test('loads the code of every plugin, also of one that no provider uses and of one that is not asked', async () => {
    const good = writePlugin(sandbox, 'parrot')
    const idle = writePlugin(sandbox, 'idle', {
      entry: 'process.exit(3)\n',
      manifest: { config: { type: 'object', properties: { api_key: { type: 'string', writeOnly: true } }, required: ['api_key'] } }
    })
    const broken = writePlugin(sandbox, 'broken', { entry: 'throw new Error("feathers everywhere")\n' })
    const plugins = [good, idle, broken].flatMap(directory => ['--plugin', directory])
    const { ok, checks } = await diagnose(['--offline', ...plugins])
    expect(ok).toBe(false)
    expect(checks).toContainEqual({
      area: 'plugins',
      status: 'ok',
      message: expect.stringMatching(/loads: .*parrot/)
    })
    expect(checks).toContainEqual(expect.objectContaining({ area: 'plugins', status: 'failure', name: 'idle' }))
    expect(checks).toContainEqual(
      expect.objectContaining({
        area: 'providers',
        status: 'failure',
        name: 'broken',
        message: expect.stringContaining('feathers everywhere')
      })
    )
    expect(checks.filter(({ message }) => message.includes('loads: ') && /broken|idle/.test(message))).toEqual([])
  })

  test('names the proxy of the environment without its password', async () => {
    const { checks } = await diagnose(['--offline'], {
      HTTPS_PROXY: 'http://somebody:CanaryBird@proxy.example:3128',
      http_proxy: 'socks5://10.0.0.1',
      NO_PROXY: 'intra.example'
    })
    expect(checks.filter(({ area }) => area === 'network').map(({ message }) => message)).toEqual([
      'Requests to https:// addresses go through the proxy http://proxy.example:3128 (HTTPS_PROXY), but not to intra.example',
      'Requests to http:// addresses go through the proxy socks5://10.0.0.1 (http_proxy), but not to intra.example'
    ])
    const broken = await diagnose(['--offline'], { HTTP_PROXY: 'http://', ALL_PROXY: 'ftp://proxy.example' })
    expect(broken.checks.filter(({ area }) => area === 'network')).toMatchObject([{ status: 'warning' }, { status: 'warning' }])
    expect((await diagnose(['--offline'])).checks.filter(({ area }) => area === 'network')).toEqual([])
  })

  test('keeps what it has found when the rest cannot be looked at', async () => {
    writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), 'providers: [\n')
    const { ok, checks } = await diagnose()
    expect(ok).toBe(false)
    expect(checks.map(({ area, status }) => `${area} ${status}`)).toEqual(['node ok', 'plugins ok', 'configuration failure'])
    rmSync(join(sandbox.cwd, 'resoftai.config.yaml'))
  })
})

test('a version of Node between those with long support is a warning that says which to install', async () => {
  const text = await loadMessages('en')
  for (const version of ['22.19.0', '24.1.0', '26.10.0', '27.0.0']) expect(checkNode(version, text)).toMatchObject({ status: 'ok' })
  expect(checkNode('25.2.1', text)).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('25.2.1'),
    hint: expect.stringContaining('24')
  })
})
