import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fakeService, json, sse, stall, type FakeService } from '@resoftai/sdk/testing'
import { traceTable } from '../src/chat/trace.ts'
import { loadMessages } from '../src/messages/index.ts'
import { textOf } from '../src/output/piece.ts'
import { Sandbox } from './cli-process.ts'
import { openaiService, reply, said } from './openai-service.ts'

const keys = ['sk-CanaryBird-first', 'sk-CanaryBird-second'] as const
const sandbox = new Sandbox()
let services: readonly FakeService[]

/** Answers `Hello.`, but the first key has come too often. */
const limiting = () =>
  fakeService(request =>
    request.headers['authorization'] === `Bearer ${keys[0]}`
      ? json({ error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { status: 429 })
      : reply('Hello.')((request.json as { stream?: boolean }).stream === true)
  )

beforeAll(async () => {
  let calls = 0
  const [two, broken, stalling, shaky] = await Promise.all([
    limiting(),
    fakeService(json({ error: { message: 'broken' } }, { status: 500 })),
    openaiService(streamed => (streamed ? sse([said('Hel'), stall]) : reply('Hello.')(false))),
    openaiService(streamed => (calls++ % 2 === 0 ? json({ error: { message: 'busy' } }, { status: 503 }) : reply('Hello.')(streamed)))
  ])
  services = [two, broken, stalling, shaky]
  const settings = 'plugin: openai-compatible, default_model: m, stall_timeout: 0.3'
  const lines = [
    'retry: { base_delay: 0.02 }',
    'providers:',
    `  two: { ${settings}, api_base: ${two.url}/v1, api_key: [${keys.join(', ')}] }`,
    `  broken: { ${settings}, api_base: ${broken.url}/v1, api_key: ${keys[0]}, max_retries: 1 }`,
    `  stalling: { ${settings}, api_base: ${stalling.url}/v1 }`,
    `  shaky: { ${settings}, api_base: ${shaky.url}/v1 }`,
    'routes:',
    '  fast: [broken/a, two/b]'
  ]
  writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), `${lines.join('\n')}\n`)
})
afterAll(async () => {
  await Promise.all(services.map(service => service.close()))
  sandbox.remove()
})

/** Cells of the table, by the head of their column. */
function readTable(stderr: string): Readonly<Record<string, string>>[] {
  const lines = stderr.split('\n')
  const head = lines.find(line => line.startsWith('TRY')) ?? ''
  const columns = [...head.matchAll(/\S+( \S+)*/g)].map(({ index, 0: name }) => ({ index, name }))
  const rows = lines.filter(line => /^\d+ /.test(line))
  return rows.map(row =>
    Object.fromEntries(columns.map(({ index, name }, at) => [name, row.slice(index, columns[at + 1]?.index ?? row.length).trim()]))
  )
}

describe('chat --trace', () => {
  test.each(['--no-stream', '--quiet'])('shows which key was used, and why another one, with %s', async mode => {
    const result = await sandbox.run(['chat', '-p', 'two', '--trace', mode, 'x'])
    expect(result).toMatchObject({ code: 0, stdout: 'Hello.\n' })
    const rows = readTable(result.stderr)
    expect(rows).toEqual([
      expect.objectContaining({ TRY: '1', MODEL: 'two/m', WHY: '', REACHED: 'body', FAILURE: expect.stringContaining('rate_limit') }),
      expect.objectContaining({ TRY: '2', MODEL: 'two/m', WHY: 'key', REACHED: 'done', FAILURE: '' })
    ])
    expect(result.stderr).not.toContain('CanaryBird')
  })

  test('shows key, status and duration of each try', async () => {
    const rows = readTable((await sandbox.run(['chat', '-p', 'two', '--trace', '--no-stream', 'x'])).stderr)
    expect(rows).toEqual([
      expect.objectContaining({ KEY: '1', FAILURE: 'rate_limit 429', TOOK: expect.stringMatching(/^\d+ ms$|^\d+\.\d s$/) }),
      expect.objectContaining({ KEY: '2', TOOK: expect.stringMatching(/^\d+ ms$|^\d+\.\d s$/) })
    ])
  })

  test('shows a repeat, and how long was waited before it', async () => {
    const rows = readTable((await sandbox.run(['chat', '-p', 'shaky', '--trace', 'x'])).stderr)
    expect(rows).toEqual([
      expect.objectContaining({
        MODEL: 'shaky/m',
        FAILURE: expect.stringContaining('overloaded'),
        'THEN WAITED': expect.stringMatching(/^\d+ ms$/)
      }),
      expect.objectContaining({ WHY: 'retry', REACHED: 'done', 'THEN WAITED': '' })
    ])
  })

  test('shows the whole reply that stood in for a stalled stream, and the next model of a route', async () => {
    const rescued = await sandbox.run(['chat', '-p', 'stalling', '--trace', 'x'])
    expect(rescued.stdout).toBe('Hello.\n')
    expect(readTable(rescued.stderr)).toEqual([
      expect.objectContaining({ REACHED: 'body', FAILURE: 'stalled/idle' }),
      expect.objectContaining({ WHY: 'rescue', REACHED: 'done' })
    ])
    const routed = await sandbox.run(['agent', 'run', '-m', 'fast', '--trace', 'x'])
    expect(routed.stdout).toBe('Hello.\n')
    expect(readTable(routed.stderr).map(({ MODEL, WHY }) => [MODEL, WHY])).toEqual(
      expect.arrayContaining([
        ['broken/a', ''],
        ['two/b', 'fallback']
      ])
    )
  })

  test('shows the tries of a call that failed', async () => {
    const result = await sandbox.run(['chat', '-p', 'broken', '--trace', 'x'])
    expect(result.code).toBe(1)
    expect(readTable(result.stderr)).toEqual([
      expect.objectContaining({ FAILURE: 'server 500', TOOK: expect.stringMatching(/m?s$/) }),
      expect.objectContaining({ WHY: 'retry', FAILURE: 'server 500' })
    ])
    expect(result.stderr).toContain('Provider failed: ')
  })

  test('is silent when it is not asked for; --json has the tries in its document, in that of an error too', async () => {
    expect((await sandbox.run(['chat', '-p', 'shaky', 'x'])).stderr).toBe('')
    const good = await sandbox.run(['chat', '-m', 'fast', '--json', 'x'])
    expect(good.json()).toMatchObject({ provider: 'two', route: 'fast' })
    expect(good.json<{ attempts: unknown[] }>().attempts.at(-1)).toMatchObject({
      provider: 'two',
      model: 'b',
      phase: 'done',
      why: expect.any(String),
      key: 2,
      durationMs: expect.any(Number)
    })
    const bad = await sandbox.run(['chat', '-p', 'broken', '--json', 'x'])
    expect(bad.json()).toMatchObject({ error: { attempts: [{ status: 500, waitMs: expect.any(Number) }, { why: 'retry' }] } })
  })
})

test('the table of tries is aligned in Chinese too, and leaves out what nothing is known of', async () => {
  const table = traceTable(
    [
      { provider: 'a', model: 'm', phase: 'headers', kind: 'timeout', code: 'first_byte', durationMs: 61_234, waitMs: 20 },
      { provider: 'b', model: 'm', phase: 'done', why: 'fallback', durationMs: 9 }
    ],
    await loadMessages('zh-CN')
  )
  expect(table.map(row => row.map(textOf).join(''))).toEqual([
    '次数  模型  原因    进展      错误                用时     之后等待',
    '1     a/m           等待应答  timeout/first_byte  61.2 秒  20 毫秒',
    '2     b/m   换模型  完成                          9 毫秒'
  ])
})
