import { expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { endWithParent } from './serve-process.ts'
import { gone, lives } from './tool-parts/support.ts'

test('a gateway of a test ends when the process of the test is killed', async () => {
  const script = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log(process.pid); setTimeout(() => {}, 60_000)'], {
    stdio: ['ignore', 'inherit', 'ignore'], env: { NODE_OPTIONS: process.env.OPTIONS }
  })`
  const parent = spawn(process.execPath, ['-e', script], {
    env: { OPTIONS: endWithParent },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [written] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(String(written))
  expect(lives(pid)).toBe(true)
  parent.kill('SIGKILL')
  await gone([pid])
})
