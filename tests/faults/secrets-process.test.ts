import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, json, sse, stall } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { writePlugin } from '../../cli/test/plugin-folder.ts'
import { serveApart } from '../gateway/serve-process.ts'
import { hello, vendorKey } from '../gateway/support.ts'
import { limitMs, secrets, shownOf } from './canaries.ts'
import { completion, said } from './support.ts'

const onUnix = process.platform === 'win32' ? test.skip : test
const onLinux = process.platform === 'linux' ? test : test.skip

let sandbox: Sandbox
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())

describe('X04 a key is not where other processes see it', () => {
  const key = secrets.inline

  const how = /standard input|secret set|--secret-stdin/
  test.each<[string, RegExp]>([
    ['chat --api-key KEY x', how],
    ['chat --api-key=KEY x', how],
    ['secret set groq api_key KEY', how],
    ['secret set groq api_key=KEY', /./],
    ['plugin config openai-compatible --set api_key=KEY', how],
    ['keys create ann --key KEY', how],
    ['serve --api_key KEY', how]
  ])('the command line takes none as an argument, and says how it does: %s', async (line, hint) => {
    const { code, stdout, stderr } = await sandbox.run(line.replace('KEY', key).split(' '))
    expect(code).toBe(2)
    expect(stderr).toMatch(hint)
    expect(shownOf(key, stdout + stderr)).toEqual([])
    expect(existsSync(join(sandbox.home, 'secrets.json'))).toBe(false)
  })

  onLinux('nor in the arguments or the name of a gateway', async () => {
    await using service = await fakeService(sse([said('Hel'), stall], { done: false }))
    await using running = await serveApart(sandbox, `${service.url}/v1`)
    const controller = new AbortController()
    const response = await fetch(`${running.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...hello, stream: true }),
      signal: controller.signal
    })
    expect(response.status).toBe(200)
    expect(service.requests[0]?.headers['authorization']).toBe(`Bearer ${vendorKey}`)
    const seen = processesIn(sandbox.cwd).flatMap(pid => ['cmdline', 'comm'].map(file => readFileSync(join('/proc', pid, file), 'utf8')))
    expect(seen.join()).toContain('serve')
    for (const secret of [vendorKey, running.key ?? '']) expect(seen.join()).not.toContain(secret.slice(3, -3))
    controller.abort()
  })

  test('nor in the environment of a plugin that is tried when it is installed', async () => {
    const told = writePlugin(sandbox, 'curious', {
      entry: 'throw new TypeError(JSON.stringify([process.env, process.argv, process.title]))'
    })
    const env = { OPENAI_API_KEY: key, SOME_KEY: key, NODE_OPTIONS: '--max-http-header-size=20000' }
    const { code, stdout, stderr } = await sandbox.run(['plugin', 'install', told], { env })
    expect(code).not.toBe(0)
    expect(stderr).toContain('throws: [{},')
    expect(stdout + stderr).not.toContain('_KEY')
  })
})

/** By their working directory. */
function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc').filter(name => {
    try {
      return /^\d+$/.test(name) && readlinkSync(join('/proc', name, 'cwd')) === folder
    } catch {
      // It has ended, or is somebody else's.
      return false
    }
  })
}

onUnix(
  'X09 a report that Node.js writes of the process has no key in it',
  async () => {
    await using service = await fakeService(json(completion('Hello')))
    const reports = join(sandbox.root, 'reports')
    mkdirSync(reports)
    const env = {
      NODE_OPTIONS: `--report-on-signal --report-signal=SIGUSR2 --report-directory=${reports}`,
      OPENAI_API_KEY: secrets.environment
    }
    await using running = await serveApart(sandbox, `${service.url}/v1`, {}, env)
    const response = await fetch(`${running.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(hello)
    })
    expect(response.status).toBe(200)
    running.signal('SIGUSR2')
    let report = ''
    while (!report.endsWith('}\n') && !report.endsWith('}')) {
      await new Promise(resolve => setTimeout(resolve, 50))
      const [name] = readdirSync(reports)
      if (name !== undefined) report = readFileSync(join(reports, name), 'utf8')
    }
    expect(report).toContain('"nodejsVersion"')
    for (const secret of [secrets.environment, vendorKey, running.key ?? '']) expect(shownOf(secret, report)).toEqual([])
  },
  limitMs
)
