import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { cut, fakeService, json, sse, stall, wait, type FakeService } from '@resoftai/sdk/testing'
import { finish, Sandbox } from './cli-process.ts'
import { environmentOf, openaiService, reply, said } from './openai-service.ts'

const sandbox = new Sandbox()
const open: FakeService[] = []
const keep = (service: FakeService) => {
  open.push(service)
  return service
}
let service: FakeService
let env: Record<string, string>

beforeAll(async () => {
  service = await openaiService(reply('Because of the air.\n你好', { reasoning: 'Hm.' }))
  env = environmentOf(service)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map(one => one.close()))
})
afterAll(async () => {
  await service.close()
  sandbox.remove()
})

describe('chat', () => {
  test('writes the streamed answer to standard output and nothing else anywhere', async () => {
    const result = await sandbox.run(['chat', 'Why', 'is the sky blue?'], { env })
    expect(result).toMatchObject({ code: 0, stdout: 'Because of the air.\n你好\n', stderr: '' })
    expect(service.requests.at(-1)?.json).toMatchObject({ stream: true, messages: [{ role: 'user', content: 'Why is the sky blue?' }] })
  })

  test('writes the same without a stream', async () => {
    const result = await sandbox.run(['chat', '--no-stream', 'Why?'], { env })
    expect(result).toMatchObject({ code: 0, stdout: 'Because of the air.\n你好\n' })
    expect(service.requests.at(-1)?.json).not.toMatchObject({ stream: true })
  })

  test('takes the question from standard input, and joins it to the arguments', async () => {
    await sandbox.run(['chat'], { env, stdin: 'from a pipe\n' })
    expect(service.requests.at(-1)?.json).toMatchObject({ messages: [{ content: 'from a pipe' }] })
    await sandbox.run(['chat', 'Review this.'], { env, stdin: '+1\n-1\n' })
    expect(service.requests.at(-1)?.json).toMatchObject({ messages: [{ content: 'Review this.\n\n+1\n-1' }] })
  })

  test('does not wait for a standard input that stays open without a word', async () => {
    const result = await sandbox.run(['chat', 'Hello'], { env, keepOpen: true })
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('it is ignored') })
  })

  test('passes instructions and settings on', async () => {
    await sandbox.run(['chat', '--system', 'Be brief.', '--temperature', '0', '--max-tokens', '7', '-m', 'openai-compatible/other', 'Hi'], {
      env
    })
    expect(service.requests.at(-1)?.json).toMatchObject({
      model: 'other',
      temperature: 0,
      max_tokens: 7,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' }
      ]
    })
  })

  test('gives one document with --json', async () => {
    const result = await sandbox.run(['chat', '--json', 'Why?'], { env })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.json()).toMatchObject({
      provider: 'openai-compatible',
      model: 'test-model',
      content: 'Because of the air.\n你好',
      reasoning: 'Hm.',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: 18, outputTokens: 12, totalTokens: 30 },
      cost: null,
      durationMs: expect.any(Number)
    })
  })

  test('shows with --dry-run what would be sent, without the key, and sends nothing', async () => {
    const before = service.requests.length
    const result = await sandbox.run(['chat', '--dry-run', '--json', 'Why?'], { env })
    expect(result.json()).toMatchObject({
      method: 'POST',
      url: `${service.url}/v1/chat/completions`,
      headers: { Authorization: 'Bearer {{secret:api_key}}' }
    })
    const shown = await sandbox.run(['chat', '--dry-run', 'Why?'], { env })
    expect(shown.stdout).toContain('"stream": true')
    expect(service.requests.length).toBe(before)
  })

  test('says what a vendor cannot do before it is sent, and refuses it with --strict', async () => {
    const zhipu = { ZHIPU_API_KEY: 'key-id-invented.key-secret-invented' }
    const args = ['chat', '-p', 'zhipu', '--dry-run', '--temperature', '1.5', 'Why?']
    const changed = await sandbox.run(args, { env: zhipu })
    expect(changed.stdout).toContain('"temperature": 1,')
    expect(changed.stderr).toContain('`temperature` is at least 0 and at most 1 here')
    const refused = await sandbox.run([...args, '--strict'], { env: zhipu })
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toContain('cannot be sent as it is')
  })

  test('shows control characters of a model instead of obeying them; --json has the exact text', async () => {
    const evil = keep(await openaiService(reply('a\x1b]0;owned\x07b\x9b2Jc\td')))
    const shown = await sandbox.run(['chat', 'x'], { env: environmentOf(evil) })
    expect(shown.stdout).toBe('a\\x1b]0;owned\\x07b\\x9b2Jc\td\n')
    const whole = await sandbox.run(['chat', '--json', 'x'], { env: environmentOf(evil) })
    expect(whole.stdout).toMatch(/^[\u0020-\u007e\n]*$/)
    expect(whole.json()).toMatchObject({ content: 'a\x1b]0;owned\x07b\x9b2Jc\td' })
  })

  test('says that the answer was cut by the token limit', async () => {
    const short = keep(await openaiService(reply('Because', { finish: 'length' })))
    expect(await sandbox.run(['chat', 'x'], { env: environmentOf(short) })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('--max-tokens')
    })
    expect((await sandbox.run(['chat', '-q', 'x'], { env: environmentOf(short) })).stderr).toBe('')
  })

  test('ends quietly when nobody reads the answer any more', async () => {
    const long = keep(await openaiService(reply('line\n'.repeat(20_000))))
    const child = sandbox.start(['chat', 'x'], { env: environmentOf(long) })
    child.stdin.end()
    child.stdout.once('data', () => child.stdout.destroy())
    const result = await finish(child)
    expect(result).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('a chat that fails', () => {
  test.each([
    [
      json({ error: { message: 'Incorrect API key provided: sk-test-0123456789abcdef', code: 'invalid_api_key' } }, { status: 401 }),
      1,
      'auth'
    ],
    [json({ error: { message: 'The model does not exist', code: 'model_not_found' } }, { status: 404 }), 3, 'not_found'],
    [json({ error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { status: 429 }), 7, 'rate_limit'],
    [json({ error: { message: 'no' } }, { status: 400 }), 1, 'bad_request']
  ])('says what and what to do, exits with the code of the failure, and never shows the key (%#)', async (answer, code, kind) => {
    const failing = keep(await fakeService(answer))
    const config = { ...environmentOf(failing) }
    const [shown, document] = await Promise.all([
      sandbox.run(['chat', 'x'], { env: config }),
      sandbox.run(['chat', 'x', '--json'], { env: config })
    ])
    expect(shown.code).toBe(code)
    expect(shown.stdout).toBe('')
    expect(document.code).toBe(code)
    expect(document.json()).toMatchObject({ error: { kind, message: expect.any(String), exitCode: code } })
    expect(shown.stderr + document.stdout + document.stderr).not.toContain('0123456789abcdef')
  })

  test('shows control characters of a vendor instead of obeying them, and not the whole of a long answer (H33)', async () => {
    const message = `bad \x1b]0;owned\x07 \x9b2J ${'x'.repeat(1_000_000)}`
    const failing = keep(await fakeService(json({ error: { message } }, { status: 400 })))
    for (const mode of [[], ['--json']]) {
      const { stdout, stderr } = await sandbox.run(['chat', 'x', ...mode], { env: environmentOf(failing) })
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
      expect(stderr.length).toBeLessThan(5000)
    }
  })

  test('keeps what had arrived, on a line of its own, when the answer is cut', async () => {
    const half = keep(await fakeService(sse([{ choices: [{ index: 0, delta: { content: 'Half of' } }] }, wait(100), cut])))
    const result = await sandbox.run(['chat', 'x'], { env: environmentOf(half) })
    expect(result).toMatchObject({ code: 8, stdout: 'Half of\n' })
    expect(result.stderr).not.toBe('')
  })

  test('prints nothing twice into a pipe: what is shown of an answer that stalled stays, and the error tells the rest', async () => {
    const stalling = keep(await openaiService(streamed => (streamed ? sse([said('Half of it'), stall]) : reply('Another answer.')(false))))
    const patience = { plugin: 'openai-compatible', api_base: `${stalling.url}/v1`, default_model: 'm', stall_timeout: 0.3 }
    writeFileSync(join(sandbox.cwd, 'package.json'), JSON.stringify({ resoftai: { providers: { vendor: patience } } }))
    for (const words of [['chat'], ['agent', 'run']]) {
      const result = await sandbox.run([...words, '-p', 'vendor', 'x'])
      expect(result).toMatchObject({ code: 8, stdout: 'Half of it\n', stderr: expect.stringContaining('0.3 s') })
    }
    for (const mode of ['--no-stream', '--json']) {
      const result = await sandbox.run(['chat', '-p', 'vendor', mode, 'x'])
      expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('Another answer.') })
    }
    rmSync(join(sandbox.cwd, 'package.json'))
  })

  test('goes on behind what is shown when the whole answer begins with it, in a pipe too', async () => {
    const stalling = keep(
      await openaiService(streamed => (streamed ? sse([said('Half of it'), stall]) : reply('Half of it, and the rest.')(false)))
    )
    const patience = { plugin: 'openai-compatible', api_base: `${stalling.url}/v1`, default_model: 'm', stall_timeout: 0.3 }
    writeFileSync(join(sandbox.cwd, 'package.json'), JSON.stringify({ resoftai: { providers: { vendor: patience } } }))
    expect(await sandbox.run(['chat', '-p', 'vendor', 'x'])).toMatchObject({ code: 0, stdout: 'Half of it, and the rest.\n', stderr: '' })
    rmSync(join(sandbox.cwd, 'package.json'))
  })

  test('is cancelled by Ctrl-C with code 130, and the vendor sees the connection go', async () => {
    const slow = keep(await fakeService(sse([{ choices: [{ index: 0, delta: { content: 'Half of' } }] }, stall])))
    const child = sandbox.start(['chat', 'x'], { env: environmentOf(slow) })
    child.stdin.end()
    child.stdout.once('data', () => child.kill('SIGINT'))
    const result = await finish(child)
    expect(result).toMatchObject({ code: 130, stdout: 'Half of\n', stderr: expect.stringContaining('Cancelled') })
    expect(await slow.requests[0]?.closedEarly).toBe(true)
  })

  test('names what is configured and what is near for a provider that does not exist', async () => {
    const result = await sandbox.run(['chat', '-p', 'openai-compatibel', 'x'], { env })
    expect(result).toMatchObject({ code: 3, stderr: expect.stringContaining('openai-compatible') })
  })

  test('asks nobody when no provider is ready, not even the simulator, and says what to do', async () => {
    const result = await sandbox.run(['chat', 'x'])
    expect(result).toMatchObject({ code: 6, stdout: '', stderr: expect.stringContaining('resoftai plugin config') })
  })

  test('is a mistake of use without a question', async () => {
    expect(await sandbox.run(['chat'], { env })).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no question.') })
  })

  test('shows a stack only with --debug', async () => {
    const failing = ['agent', 'run', '--tools', './none.js', 'x']
    expect((await sandbox.run(failing)).stderr).not.toMatch(/^ +at /m)
    expect((await sandbox.run([...failing, '--debug'])).stderr).toMatch(/^ +at /m)
  })
})
