import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, sse, stall, type FakeService } from '@resoftai/sdk/testing'
import { Sandbox } from './cli-process.ts'
import { environmentOf, openaiService, reply, said } from './openai-service.ts'
import { hasTerminal, onTerminal } from './terminal.ts'

const key = 'sk-terminal-0123456789abcdef'
const describeTerminal = hasTerminal ? describe : describe.skip
if (!hasTerminal) process.stderr.write('skipped: there is no `script` of util-linux here to make a pseudo-terminal with\n')

let service: FakeService
beforeAll(async () => {
  service = await openaiService(reply('Hello back.', { reasoning: 'Thinking aloud.' }))
})
afterAll(() => service.close())

function inSandbox(work: (sandbox: Sandbox) => Promise<void>): () => Promise<void> {
  return async () => {
    const sandbox = new Sandbox()
    try {
      await work(sandbox)
    } finally {
      sandbox.remove()
    }
  }
}

describeTerminal('on a terminal', () => {
  test(
    'chat shows reasoning dim, then the answer, tokens and time',
    inSandbox(async sandbox => {
      const screen = await onTerminal(sandbox, ['chat', 'Hello'], [], environmentOf(service))
      expect(screen.code).toBe(0)
      expect(screen.raw).toContain('\x1b[2mThinking aloud.')
      expect(screen.text).toMatch(/Thinking aloud\.\n\nHello back\.\n18 in \+ 12 out = 30 tokens · \d+\.\d s\n$/)
      const plain = await onTerminal(sandbox, ['chat', '--quiet', 'Hello'], [], { ...environmentOf(service), NO_COLOR: '1' })
      expect(plain.raw).not.toContain('\x1b[2mT')
      expect(plain.text).not.toContain('tokens')
    })
  )

  test(
    'chat without a question is a conversation that remembers, changes the model and can be left',
    inSandbox(async sandbox => {
      const screen = await onTerminal(
        sandbox,
        ['chat'],
        [
          { expect: '› ', send: 'one\r' },
          { expect: 'tokens', send: 'two\r' },
          { expect: 'tokens', send: '/model openai-compatible/other\r' },
          { expect: 'Model: openai-compatible/other', send: '/clear\r' },
          { expect: 'forgotten', send: 'three\r' },
          { expect: 'tokens', send: '/nonsense\r' },
          { expect: 'no command /nonsense', send: '/exit\r' }
        ],
        environmentOf(service)
      )
      expect(screen.code).toBe(0)
      const asked = service.requests.slice(-3).map(({ json }) => json as { model: string; messages: { content: string }[] })
      expect(asked.map(({ model }) => model)).toEqual(['test-model', 'test-model', 'other'])
      expect(asked.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
        ['one'],
        ['one', 'Hello back.', 'two'],
        ['three']
      ])
    })
  )

  test(
    'an answer that begins again says so in a dim line, and is then shown from its start',
    inSandbox(async sandbox => {
      const stalling = await openaiService(streamed => (streamed ? sse([said('Half of it'), stall]) : reply('Another answer.')(false)))
      const provider = `{ plugin: openai-compatible, api_base: ${stalling.url}/v1, api_key: ${key}, default_model: m, stall_timeout: 0.3 }`
      writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), `providers:\n  vendor: ${provider}\n`)
      const screen = await onTerminal(sandbox, ['chat', '--trace', 'Hello'], [])
      await stalling.close()
      expect(screen.code).toBe(0)
      expect(screen.raw).toContain('\x1b[2mThe answer begins again: ')
      expect(screen.text).toMatch(/Half of it\nThe answer begins again: .*\nAnother answer\.\n/)
      expect(screen.raw).toContain('\x1b[31mstalled/idle\x1b[39m')
    })
  )

  test(
    'a conversation asks the route that /model names, and wants a whole reference behind it',
    inSandbox(async sandbox => {
      const provider = `{ plugin: openai-compatible, api_base: ${service.url}/v1, api_key: ${key}, default_model: m }`
      writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), `providers:\n  vendor: ${provider}\nroutes:\n  fast: [vendor/quick]\n`)
      const screen = await onTerminal(
        sandbox,
        ['chat'],
        [
          { expect: '› ', send: '/model fast\r' },
          { expect: 'Model: fast', send: 'one\r' },
          { expect: 'tokens', send: '/model other\r' },
          { expect: 'Routes: fast', send: '' },
          { expect: '› ', send: '/model vendor/slow\r' },
          { expect: 'Model: vendor/slow', send: '/model slower\r' },
          { expect: 'Model: vendor/slower', send: 'two\r' },
          { expect: 'tokens', send: '/exit\r' }
        ]
      )
      expect(screen.text).toContain('"other" is no model reference')
      expect(service.requests.slice(-2).map(({ json }) => (json as { model: string }).model)).toEqual(['quick', 'slower'])
    })
  )

  test(
    'Ctrl-C stops the answer and keeps the conversation; at the prompt it leaves',
    inSandbox(async sandbox => {
      const slow = await fakeService(sse([{ choices: [{ index: 0, delta: { content: 'Half of' } }] }, stall]))
      const screen = await onTerminal(
        sandbox,
        ['chat'],
        [
          { expect: '› ', send: 'go\r' },
          { expect: 'Half of', send: '\x03' },
          { expect: 'Stopped.', send: '' },
          { expect: '› ', send: '\x03' }
        ],
        environmentOf(slow)
      )
      expect(screen.code).toBe(0)
      expect(await slow.requests[0]?.closedEarly).toBe(true)
      await slow.close()
    })
  )

  test(
    'plugin config asks for preset, key and model, hides the key, and the provider then answers',
    inSandbox(async sandbox => {
      const screen = await onTerminal(
        sandbox,
        ['plugin', 'config', 'openai-compatible', '--preset', 'groq'],
        [{ expect: 'api_key', send: `${key}\r` }]
      )
      expect(screen.code).toBe(0)
      expect(screen.text).toContain('Configured provider groq')
      expect(screen.raw).not.toContain(key)
      expect(readFileSync(join(sandbox.home, 'config.yaml'), 'utf8')).toMatch(/groq:\n +plugin: openai-compatible\n +preset: groq/)
      expect(readFileSync(join(sandbox.home, 'secrets.json'), 'utf8')).toContain(key)
    })
  )

  test(
    'plugin config without options asks everything that matters, and asks again for what does not fit',
    inSandbox(async sandbox => {
      const screen = await onTerminal(
        sandbox,
        ['plugin', 'config', 'openai-compatible'],
        [
          { expect: '哪个服务', send: '\x1b[A\r' },
          { expect: '服务地址', send: 'nonsense\r' },
          { expect: '■', send: '' },
          { expect: '服务地址', send: `${service.url}/v1\r` },
          { expect: 'api_key', send: `${key}\r` },
          { expect: 'default_model', send: 'test-model\r' },
          { expect: '其他', send: '\r' }
        ],
        { RESOFTAI_LANG: 'zh-CN' }
      )
      expect(screen.code).toBe(0)
      expect(screen.raw).not.toContain(key)
      const { code, stdout } = await sandbox.run(['chat', 'Hello'])
      expect([code, stdout]).toEqual([0, 'Hello back.\n'])
      expect(service.requests.at(-1)?.headers['authorization']).toBe(`Bearer ${key}`)
    })
  )

  test(
    'secret set does not show what is typed, and leaving the question stores nothing',
    inSandbox(async sandbox => {
      const left = await onTerminal(sandbox, ['secret', 'set', 'groq', 'api_key'], [{ expect: 'api_key', send: '\x03' }])
      expect(left.code).toBe(130)
      expect((await sandbox.run(['secret', 'list', '--json'])).json()).toMatchObject({ secrets: [] })
      const screen = await onTerminal(sandbox, ['secret', 'set', 'groq', 'api_key'], [{ expect: 'api_key', send: `${key}\r` }])
      expect(screen.code).toBe(0)
      expect(screen.raw).not.toContain(key)
    })
  )

  test(
    'plugin install says what came from where, and offers to configure it',
    inSandbox(async sandbox => {
      const screen = await onTerminal(
        sandbox,
        ['plugin', 'install', 'openai-compatible'],
        [{ expect: 'Configure openai-compatible now?', send: 'n' }]
      )
      expect(screen.code).toBe(0)
      expect(screen.text).toContain('Installed openai-compatible')
      expect(screen.text).toContain('Next: resoftai plugin config openai-compatible')
    })
  )
})
