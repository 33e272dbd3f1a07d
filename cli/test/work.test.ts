import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { fakeService, json, type FakeService } from '@resoftai/sdk/testing'
import { finish, Sandbox } from './cli-process.ts'
import { environmentOf, openaiService, reply } from './openai-service.ts'
import { writePlugin } from './plugin-folder.ts'

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
const keep = (service: FakeService) => {
  services.push(service)
  return service
}

const frame = { id: 'chatcmpl-1', model: 'test-model', created: 1 }
const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 }
const asksForTool = json({
  ...frame,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } }]
      },
      finish_reason: 'tool_calls'
    }
  ],
  usage
})
const answers = json({ ...frame, choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' }], usage })

describe('agent run', () => {
  test('lets the model use the tools of a file, shows them beside the answer, and adds up the tokens', async () => {
    const tools =
      "export const weather = { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } }, run: ({ city }) => `sunny in ${city}` }\n"
    writeFileSync(join(sandbox.cwd, 'tools.mjs'), tools)
    const service = keep(
      await fakeService(request => ((request.json as { messages: unknown[] }).messages.length > 2 ? answers : asksForTool))
    )
    const env = environmentOf(service)
    const args = ['agent', 'run', '--role', 'developer', '--tools', './tools.mjs', 'What is the weather in Paris?']
    const shown = await sandbox.run(args, { env })
    expect(shown).toMatchObject({ code: 0, stdout: 'Sunny.\n', stderr: '→ weather {"city":"Paris"}\n← weather: sunny in Paris\n' })
    const document = (await sandbox.run([...args, '--json'], { env })).json()
    expect(document).toMatchObject({
      content: 'Sunny.',
      stopReason: 'finished',
      steps: 2,
      toolCalls: [{ name: 'weather', arguments: '{"city":"Paris"}', content: 'sunny in Paris', isError: false }],
      usage: { totalTokens: 16 },
      cost: null
    })
  })

  test('stops at the most steps allowed and says so with code 1', async () => {
    const env = environmentOf(keep(await fakeService(asksForTool)))
    expect(await sandbox.run(['agent', 'run', '--max-steps', '1', 'x'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--max-steps')
    })
  })

  test('names the file whose tools cannot be loaded, and a role that nobody knows', async () => {
    const env = environmentOf(keep(await openaiService(reply('x'))))
    expect(await sandbox.run(['agent', 'run', '--tools', './none.mjs', 'x'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none.mjs')
    })
    expect(await sandbox.run(['agent', 'run', '--role', 'nobody', 'x'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nobody')
    })
  })
})

describe('demo', () => {
  const litter = () => readdirSync(tmpdir()).filter(name => name.startsWith('resoftai-demo-'))

  test('installs, configures and asks the simulator, says that it is one, and leaves nothing behind', async () => {
    const before = litter()
    const result = await sandbox.run(['demo'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('Installed the plugin openai-compatible')
    expect(result.stdout).toMatch(/simulator, no real model/)
    expect(result.stdout.match(/^ +resoftai /gm)).toHaveLength(3)
    expect(litter()).toEqual(before)
    expect(existsSync(sandbox.home)).toBe(false)
  })

  test('asks the real service when a key is in the environment or in .env', async () => {
    const service = keep(await openaiService(reply('A real answer.')))
    const result = await sandbox.run(['demo'], { env: environmentOf(service) })
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('A real answer.') })
    expect(result.stdout).not.toContain('simulator')

    const lines = Object.entries(environmentOf(service)).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(join(sandbox.cwd, '.env'), lines.join(''))
    const document = (await sandbox.run(['demo', '--json'])).json()
    expect(document).toMatchObject({ simulated: false, content: 'A real answer.' })
  })

  test('fails like any call when the real service refuses the key', async () => {
    const service = keep(await fakeService(json({ error: { message: 'bad key' } }, { status: 401 })))
    expect(await sandbox.run(['demo'], { env: environmentOf(service) })).toMatchObject({ code: 1, stderr: expect.stringContaining('key') })
  })
})

describe('simulator', () => {
  test('serves until it is told to stop, and can be asked like any service', async () => {
    const child = sandbox.start(['simulator', '--json'])
    child.stdin.end()
    const ended = finish(child)
    const { url } = JSON.parse(await new Promise<string>(resolve => child.stdout.once('data', (part: string) => resolve(part)))) as {
      url: string
    }
    const env = { API_KEY: 'sk-any-key-will-do-here', BASE_URL: `${url}/v1`, MODEL_NAME: 'echo' }
    const asked = await sandbox.run(['chat', 'Hello simulator'], { env })
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('Hello simulator') })
    child.kill('SIGINT')
    expect((await ended).code).toBe(0)
  })
})

describe('a plugin that misbehaves', () => {
  test('does not keep the command alive when it leaves timers and sockets behind (P20)', async () => {
    const entry = `import { createServer } from 'node:net'
createServer().listen(0)
setInterval(() => {}, 1000)
export default {
  create: () => ({
    async *chat() {
      yield { type: 'text', text: 'done' }
      yield { type: 'finish', reason: 'stop' }
    },
    close: () => new Promise(() => {})
  })
}
`
    const folder = writePlugin(sandbox, 'leaky', { entry })
    expect(await sandbox.run(['chat', '--plugin', folder, '-p', 'leaky', 'x'])).toMatchObject({ code: 0, stdout: 'done\n' })
  })

  test('is named when it throws on import, with no stack', async () => {
    const folder = writePlugin(sandbox, 'thrower', { entry: "throw new Error('no luck today')\n" })
    const result = await sandbox.run(['chat', '--plugin', folder, '-p', 'thrower', 'x'])
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/thrower.*no luck today/) })
    expect(result.stderr).not.toMatch(/^ +at /m)
  })

  test('is blamed for what it throws in the background, and the answer still comes (P24)', async () => {
    const entry = `setTimeout(() => { throw new Error('late throw') }, 5)
void Promise.reject(new Error('forgotten promise'))
export default {
  create: () => ({
    async *chat() {
      await new Promise(resolve => setTimeout(resolve, 100))
      yield { type: 'text', text: 'done' }
      yield { type: 'finish', reason: 'stop' }
    }
  })
}
`
    const folder = writePlugin(sandbox, 'sloppy', { entry })
    const result = await sandbox.run(['chat', '--plugin', folder, '-p', 'sloppy', 'x'])
    expect(result).toMatchObject({ code: 0, stdout: 'done\n' })
    expect(result.stderr).toMatch(/Plugin sloppy failed in the background: late throw/)
    expect(result.stderr).toMatch(/Plugin sloppy failed in the background: forgotten promise/)
  })
})
