import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import OpenAI from 'openai'
import { createHost } from 'resoftai'
import { Pool } from 'undici'
import { median, printTable } from './table.ts'
import { startUpstream } from './upstream.ts'

const inFlight = 32
const calls = 3_000
const rounds = 7
/** Until the code is compiled: what is measured is a process that has been up for a while. */
const warmingUp = 6
const prompt = 'Explain the difference between latency and throughput. '.repeat(14)

/** Median CPU microseconds a call, rounds interleaved so that a noisy moment hits all alike. */
export async function measureCalls(): Promise<void> {
  const upstream = await startUpstream()
  const base = `${upstream.url}/v1`
  const messages = [{ role: 'user' as const, content: prompt }]
  const host = await createHost({
    env: {},
    home: '/nonexistent',
    config: { providers: { bench: { plugin: 'openai-compatible', api_base: base, api_key: 'sk-bench' } } }
  })
  const provider = await host.provider('bench')
  const pool = new Pool(upstream.url, { pipelining: 1 })
  const body = JSON.stringify({ model: 'bench-1', messages })
  const openai = new OpenAI({ apiKey: 'sk-bench', baseURL: base })
  const aiModel = createOpenAICompatible({ name: 'bench', baseURL: base, apiKey: 'sk-bench' }).chatModel('bench-1')

  const variants: Record<string, () => Promise<unknown>> = {
    'undici Pool.request + JSON.parse': async () => {
      const { body: answer } = await pool.request({
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench' },
        body
      })
      return JSON.parse(await answer.text())
    },
    'undici Pool.dispatch, raw bytes': () =>
      new Promise((resolve, reject) => {
        const chunks: Buffer[] = []
        pool.dispatch(
          {
            method: 'POST',
            path: '/v1/chat/completions',
            headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench' },
            body
          },
          {
            onRequestStart() {},
            onResponseStart() {},
            onResponseData: (_controller, data) => void chunks.push(data),
            onResponseEnd: () => resolve(Buffer.concat(chunks)),
            onResponseError: (_controller, error) => reject(error)
          }
        )
      }),
    ResoftAI: () => provider.chat({ model: 'bench-1', messages }),
    'global fetch': async () =>
      (
        await fetch(`${base}/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench' },
          body
        })
      ).json(),
    'openai SDK': () => openai.chat.completions.create({ model: 'bench-1', messages }),
    'AI SDK doGenerate': async () => aiModel.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }] })
  }

  const cpu: Record<string, number[]> = {}
  for (let round = 0; round < warmingUp + rounds; round++) {
    for (const [name, call] of Object.entries(variants)) {
      const before = process.cpuUsage()
      let left = calls
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          while (left-- > 0) await call()
        })
      )
      const { user, system } = process.cpuUsage(before)
      if (round >= warmingUp) (cpu[name] ??= []).push((user + system) / calls)
    }
  }
  const floor = median(cpu['undici Pool.dispatch, raw bytes'] ?? [])
  printTable(
    `A whole call, ${inFlight} in flight: CPU a call`,
    Object.entries(cpu).map(([what, values]) => ({
      what,
      value: median(values),
      unit: 'µs',
      ratio: median(values) / floor,
      ...(what === 'ResoftAI' && { bar: 'at most 2× raw undici' })
    }))
  )
  await host.close()
  await pool.close()
  upstream.stop()
}
