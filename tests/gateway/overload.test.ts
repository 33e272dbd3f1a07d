import { expect, test } from '@jest/globals'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { until } from './support.ts'
import type { Work } from './pressed-gateway.ts'

interface Pressed extends AsyncDisposable {
  readonly tell: (work: Work) => void
  readonly ask: (path: string) => Promise<Response>
  readonly isAlive: () => boolean
}

const megabytes = 384

async function startPressed(delayMs: number): Promise<Pressed> {
  // By itself V8 would look for garbage in a quiet process half a minute later.
  const execArgv = ['--no-memory-reducer', `--max-old-space-size=${megabytes}`, '--disable-warning=ExperimentalWarning']
  const child = fork(join(import.meta.dirname, 'pressed-gateway.ts'), [String(delayMs), String(megabytes)], { execArgv })
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const { url, key } = await new Promise<{ readonly url: string; readonly key: string }>((resolve, reject) => {
    child.once('message', message => resolve(message as { readonly url: string; readonly key: string }))
    child.once('exit', code => reject(new Error(`the gateway ended with ${code}`)))
  })
  return {
    tell: work => void child.send(work),
    ask: path => fetch(url + path, { headers: { authorization: `Bearer ${key}` } }),
    isAlive: () => child.exitCode === null,
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await gone
    }
  }
}

/** A machine that does much else must not be taken for it. */
const never = 60_000

test.each<[string, Work, number]>([
  ['whose event loop is late', 'toil', 150],
  ['whose memory is nearly used up', 'hoard', never]
])(
  'G22 a gateway %s refuses what it is asked, says when to come back, stays alive, and serves again when it is over',
  async (_what, work, delayMs) => {
    await using pressed = await startPressed(delayMs)
    const status = async (path: string) => (await pressed.ask(path)).status
    expect(await status('/v1/models')).toBe(200)
    pressed.tell(work)
    await until(async () => (await status('/v1/models')) !== 200)
    const refusal = await pressed.ask('/v1/models')
    expect([refusal.status, refusal.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await refusal.json()).toMatchObject({ error: { code: 'gateway_overloaded' } })
    expect([await status('/health'), await status('/ready'), await status('/')]).toEqual([200, 200, 200])
    pressed.tell('rest')
    await until(async () => (await status('/v1/models')) === 200)
    expect(pressed.isAlive()).toBe(true)
  },
  60_000
)
