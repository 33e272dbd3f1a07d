import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fakeService, json, sse, stall, type FakeService } from '@resoftai/sdk/testing'
import { commands } from '../src/commands/table.ts'
import { finish, Sandbox } from './cli-process.ts'
import { models, openaiService, reply } from './openai-service.ts'

const canary = 'sk-CanaryBird.0123456789abcdefghij'
const traces = [canary, 'CanaryBird', Buffer.from(canary).toString('base64').slice(4, 30), encodeURIComponent(canary)]
const sandbox = new Sandbox()
let echo: FakeService
let good: FakeService

/** A vendor that throws the key back at whoever sent it. */
const spill = () =>
  fakeService(request => {
    const key = request.headers['authorization'] ?? ''
    if (request.path.endsWith('/models')) return models
    return json({ error: { message: `Incorrect API key provided: ${key}`, code: key }, headers: request.headers }, { status: 401 })
  })

beforeAll(async () => {
  echo = await spill()
  good = await openaiService(reply('ok'))
  const provider = (service: FakeService, secret: string) =>
    `{ plugin: openai-compatible, api_base: ${service.url}/v1, api_key: ${secret}, default_model: m, max_retries: 0 }`
  const lines = [
    'providers:',
    `  good: ${provider(good, '"${CANARY_API_KEY}"')}`,
    `  inline: ${provider(good, `"${canary}"`)}`,
    `  echo: ${provider(echo, '"${CANARY_API_KEY}"')}`,
    `  fromdotenv: ${provider(echo, '"${DOT_ENV_KEY}"')}`,
    `  several: ${provider(echo, `["${canary}", "${canary}2"]`)}`,
    'routes: { fast: [several/m, good/m] }'
  ]
  writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), `${lines.join('\n')}\n`)
  writeFileSync(join(sandbox.cwd, '.env'), `DOT_ENV_KEY=${canary}\n`)
  await sandbox.run(['secret', 'set', 'stored', 'api_key'], { stdin: canary })
})
afterAll(async () => {
  await Promise.all([echo.close(), good.close()])
  sandbox.remove()
})

const calls: Readonly<Record<string, readonly (readonly string[])[]>> = {
  chat: [
    ['-p', 'good', 'x'],
    ['-p', 'inline', 'x'],
    ['-p', 'echo', 'x'],
    ['-p', 'fromdotenv', 'x'],
    ['-p', 'echo', '--no-stream', 'x'],
    ['-m', 'fast', '--trace', 'x'],
    ['-p', 'inline', '--dry-run', 'x']
  ],
  'agent run': [
    ['-p', 'good', 'x'],
    ['-p', 'echo', 'x']
  ],
  models: [[], ['echo']],
  'plugin install': [['openai-compatible'], ['./nowhere']],
  'plugin info': [['openai-compatible']],
  'plugin config': [['openai-compatible'], ['openai-compatible', '--set', `api_key=${canary}`], ['openai-compatible', '--preset', 'groq']],
  'plugin uninstall': [['nothing']],
  'plugin enable': [['openai-compatible']],
  'plugin disable': [['simulator']],
  'plugin check': [['./nowhere']],
  'config show': [[], ['--origin']],
  'secret set': [
    ['other', 'api_key'],
    ['other', 'api_key', canary]
  ],
  'secret unset': [['nothing', 'api_key']],
  doctor: [[], ['--offline']],
  completion: [['bash']]
}
// Run until they are told to stop: the one knows no key, and what the other says is held in tests/gateway.
const left = new Set(['simulator', 'serve'])

describe('the canary key', () => {
  test.each(commands.map(({ path }) => path.join(' ')).filter(name => !left.has(name)))(
    'is in no output of "%s", with and without --json, not even with --debug',
    async name => {
      for (const args of calls[name] ?? [[]]) {
        const words = [...name.split(' '), ...args, '--debug']
        const options = { env: { CANARY_API_KEY: canary }, stdin: canary }
        const [shown, document] = await Promise.all([sandbox.run(words, options), sandbox.run([...words, '--json'], options)])
        const said = [shown.stdout, shown.stderr, document.stdout, document.stderr].join('\n')
        expect(traces.filter(trace => said.includes(trace))).toEqual([])
        expect(() => document.json()).not.toThrow()
      }
    },
    60_000
  )

  test('is not among the arguments of the running process', async () => {
    const slow = await fakeService(sse([{ choices: [{ index: 0, delta: { content: 'Half' } }] }, stall]))
    const env = { OPENAI_API_KEY: canary, OPENAI_BASE_URL: `${slow.url}/v1` }
    const child = sandbox.start(['chat', '-p', 'openai-compatible', 'x'], { env, cwd: sandbox.root })
    child.stdin.end()
    await new Promise(resolve => child.stdout.once('data', resolve))
    expect(slow.requests[0]?.headers['authorization']).toBe(`Bearer ${canary}`)
    if (process.platform === 'linux') expect(readFileSync(`/proc/${child.pid ?? 0}/cmdline`, 'utf8')).not.toContain('Canary')
    child.kill('SIGINT')
    await finish(child)
    await slow.close()
  })
})
