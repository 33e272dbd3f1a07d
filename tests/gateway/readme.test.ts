import { afterAll, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { codeBlocks } from '../markdown.ts'
import { serveApart } from './serve-process.ts'

jest.setTimeout(60_000)

const root = resolve(import.meta.dirname, '../..')
const sandbox = new Sandbox()
afterAll(() => sandbox.remove())

const run = promisify(execFile)

test('the commands that the README shows for the gateway work as they are written', async () => {
  await using running = await serveApart(sandbox, 'http://127.0.0.1:9/v1', { providers: {} })
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const block = codeBlocks(readme).find(({ text }) => text.includes('/api/chat/stream'))?.text ?? ''
  const lines = block
    .replaceAll('http://127.0.0.1:8000', running.url)
    .replaceAll('rk-…', running.key ?? '')
    .replaceAll('npx resoftai', 'resoftai')
  const env = { ...sandbox.env, PATH: [join(root, 'node_modules/.bin'), sandbox.env['PATH']].join(delimiter) }
  const shown = lines.replaceAll('curl ', 'curl --silent --show-error --fail ')
  const { stdout } = await run('bash', ['--norc', '-eo', 'pipefail', '-c', shown], { cwd: sandbox.cwd, env })
  const [stream = '', rest = ''] = stdout.split(/(?<=event: done\ndata: .*\n\n)/)
  expect(stream).toMatch(/^id: .*\nevent: status\n[^]*event: chunk\n[^]*event: message\n/)
  expect(rest).toMatch(/^\{"conversations":\[\{"id":"[\w-]{36}"/)
  expect(rest).toContain('"type":"message","role":"assistant"')
  expect(rest).toMatch(/\nrk-[\w-]{43}\n|\}rk-[\w-]{43}\n/)
  expect(rest).toContain('resoftai_requests_total{route="/v1/messages",method="POST",status="200"} 1')
})

test('a program of your own serves the gateway as its README shows', async () => {
  const { stdout } = await run(process.execPath, ['serve.js'], { cwd: join(root, 'examples/gateway'), env: sandbox.env, timeout: 50_000 })
  expect(stdout).toMatch(/^200 [\w-]{36} \S/)
})
