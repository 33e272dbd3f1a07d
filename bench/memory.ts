import { setTimeout as sleep } from 'node:timers/promises'
import { createHost } from 'resoftai'
import { printTable } from './table.ts'
import { startUpstream } from './upstream.ts'

const calls = 50_000
const inFlight = 32

export async function measureMemory(): Promise<void> {
  const upstream = await startUpstream()
  const host = await createHost({
    env: {},
    home: '/nonexistent',
    config: { providers: { bench: { plugin: 'openai-compatible', api_base: `${upstream.url}/v1`, api_key: 'sk-bench' } } }
  })
  const provider = await host.provider('bench')
  const messages = [{ role: 'user' as const, content: 'hello' }]
  const run = async (count: number) => {
    let left = count
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (left-- > 0) await provider.chat({ model: 'bench-1', messages })
      })
    )
  }
  const heap = () => {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed / 1e6
  }
  await run(calls / 10)
  const before = heap()
  await run(calls / 2)
  const middle = heap()
  await run(calls / 2)
  const after = heap()

  // Idle connections of the calls above are kept for reuse; only streams that were left count, so begin with none.
  await host.close()
  const fresh = await createHost({
    env: {},
    home: '/nonexistent',
    config: { providers: { bench: { plugin: 'openai-compatible', api_base: `${upstream.url}/v1`, api_key: 'sk-bench' } } }
  })
  const streaming = await fresh.provider('bench')
  await sleep(200)
  for (let index = 0; index < 50; index++) {
    for await (const event of streaming.stream({ model: 'bench-1', messages })) if (event.type === 'text') break
  }
  await sleep(500)
  printTable('Memory and sockets', [
    { what: 'heap after warming up', value: before, unit: 'MB' },
    { what: `heap after ${calls / 2} calls`, value: middle, unit: 'MB' },
    { what: `heap after ${calls} calls`, value: after, unit: 'MB', ratio: after / before, bar: 'flat' },
    { what: 'sockets open after leaving 50 streams', value: await upstream.openSockets(), unit: '', bar: '0' }
  ])
  await fresh.close()
  upstream.stop()
}
