import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish, Sandbox } from '../../cli/test/cli-process.ts'
import { serveApart, startServe } from './serve-process.ts'

let sandbox: Sandbox
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())

/** Sends the process SIGHUP when it loads the code of the gateway. */
const hangUpWhileLoading = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    load(url, context, next) {
      if (url.endsWith('/gateway/dist/gateway.js')) {
        console.error('here it comes')
        process.kill(process.pid, 'SIGHUP')
      }
      return next(url, context)
    }
  })
`)}`

test('SIGHUP while the code of the gateway is loaded does not end it', async () => {
  await using running = await serveApart(sandbox, 'http://127.0.0.1:9', {}, { NODE_OPTIONS: hangUpWhileLoading })
  expect(running.stderr()).toContain('here it comes')
  expect((await fetch(`${running.url}/health`)).status).toBe(200)
  running.signal('SIGTERM')
  expect(await running.ended).toBe(0)
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130]
] as const)('%s before it serves ends it, and it never says that it serves', async (name, code) => {
  const config = `
    process.kill(process.pid, '${name}')
    await new Promise(resolve => setTimeout(resolve, 100))
    export default {}`
  writeFileSync(join(sandbox.cwd, 'resoftai.config.js'), config)
  expect(await finish(startServe(sandbox))).toMatchObject({ code, stdout: '', stderr: '' })
})
