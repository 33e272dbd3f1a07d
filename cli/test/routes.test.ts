import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { FakeService } from '@resoftai/sdk/testing'
import { Sandbox } from './cli-process.ts'
import { openaiService, reply } from './openai-service.ts'

const sandbox = new Sandbox()
const file = join(sandbox.cwd, 'resoftai.config.yaml')
let service: FakeService
const modelAsked = () => (service.requests.at(-1)?.json as { model: string } | undefined)?.model

beforeAll(async () => {
  service = await openaiService(reply('Hello.'))
  const provider = (more = '') => `{ plugin: openai-compatible, api_base: ${service.url}/v1, default_model: usual${more} }`
  writeFileSync(
    file,
    [
      'providers:',
      `  vendor: ${provider()}`,
      '  half: { plugin: openai-compatible, preset: groq, max_retries: 0 }',
      'routes:',
      '  fast: [vendor/quick, vendor/steady]',
      '  odd:',
      '    models:',
      '      - nobody/x',
      '      - { model: half/y, weight: 1 }',
      '      - vendor/z',
      ''
    ].join('\n')
  )
})
afterAll(async () => {
  await service.close()
  sandbox.remove()
})

describe('-m with one word', () => {
  test('asks the route of that name', async () => {
    expect(await sandbox.run(['chat', '-m', 'fast', 'x'])).toMatchObject({ code: 0, stdout: 'Hello.\n' })
    expect(modelAsked()).toBe('quick')
    expect(await sandbox.run(['agent', 'run', '-m', 'fast', 'x'])).toMatchObject({ code: 0, stdout: 'Hello.\n' })
    expect(modelAsked()).toBe('quick')
  })

  test('is a model of the first provider when no route has that name', async () => {
    await sandbox.run(['chat', '-m', 'other', 'x'])
    expect(modelAsked()).toBe('other')
    await sandbox.run(['agent', 'run', '-m', 'other', 'x'])
    expect(modelAsked()).toBe('other')
  })

  test('is a model of the provider that -p names, whatever routes there are', async () => {
    await sandbox.run(['chat', '-p', 'vendor', '-m', 'fast', 'x'])
    expect(modelAsked()).toBe('fast')
  })
})

test('providers lists the routes below the providers, each with its models in order', async () => {
  const { stdout } = await sandbox.run(['providers'])
  expect(stdout).toMatch(/^vendor .*ready[^]*^ROUTE +MODELS[^]*^fast +vendor\/quick → vendor\/steady$/m)
  expect((await sandbox.run(['providers', '--json'])).json()).toMatchObject({
    routes: [
      { name: 'fast', models: ['vendor/quick', 'vendor/steady'] },
      { name: 'odd', models: ['nobody/x', 'half/y', 'vendor/z'] }
    ]
  })
})

test('models lists the references of a route', async () => {
  expect((await sandbox.run(['models', 'fast'])).stdout).toBe('MODEL\nvendor/quick\nvendor/steady\n')
  expect((await sandbox.run(['models', 'odd', '--json'])).json()).toEqual({
    models: [
      { provider: 'nobody', id: 'x', reference: 'nobody/x' },
      { provider: 'half', id: 'y', reference: 'half/y' },
      { provider: 'vendor', id: 'z', reference: 'vendor/z' }
    ],
    errors: []
  })
})

describe('a model of a route that cannot be asked', () => {
  const expected = [
    { file, line: 8, path: 'routes.odd.models.0', message: expect.stringContaining('no provider named "nobody"') },
    { file, line: 9, path: 'routes.odd.models.1', message: expect.stringContaining('half') }
  ]

  test('is a warning of config validate, with its line', async () => {
    const complete = await sandbox.run(['config', 'validate', '--json'], { env: { GROQ_API_KEY: 'sk-test-0123456789' } })
    expect(complete.code).toBe(0)
    expect(complete.json()).toMatchObject({ valid: true, routes: ['fast', 'odd'], warnings: [expected[0]] })
    const incomplete = await sandbox.run(['config', 'validate'])
    expect(incomplete).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(`! ${file}:8 routes.odd.models.0: Route odd cannot ask nobody/x`)
    })
    expect(incomplete.stderr).toContain(`! ${file}:9 routes.odd.models.1: Route odd cannot ask half/y`)
  })

  test('is a warning of doctor, also when its provider does not answer', async () => {
    const routes = async (...args: readonly string[]) => {
      const result = await sandbox.run(['doctor', '--json', ...args], {
        env: { GROQ_API_KEY: 'sk-test-0123456789', HTTPS_PROXY: 'http://127.0.0.1:9' }
      })
      return result
        .json<{ checks: { area: string; status: string; message: string }[] }>()
        .checks.filter(({ area }) => area === 'routes')
        .map(({ status, message }) => `${status} ${message}`)
    }
    expect(await routes('--offline')).toEqual([
      'ok Route fast: vendor/quick → vendor/steady',
      expect.stringMatching(/^warning .*:8: routes\.odd\.models\.0: Route odd cannot ask nobody\/x/)
    ])
    expect(await routes()).toEqual([
      'ok Route fast: vendor/quick → vendor/steady',
      expect.stringMatching(/^warning .*:8: /),
      expect.stringMatching(/^warning .*:9: .*half\/y: its provider does not work/)
    ])
  })
})
