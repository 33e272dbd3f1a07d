import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import OpenAI from 'openai'
import { createHost, type Transport } from 'resoftai'
import { median, printTable } from './table.ts'
import { chunk } from './upstream.ts'

const events = 20_000
const rounds = 9

/** The bytes of one stream, an event a chunk, as they come from a busy socket. */
const chunks: Buffer[] = [
  ...Array.from({ length: events }, (_, index) => Buffer.from(chunk(`word ${index} `))),
  Buffer.from(
    'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1770933892,"model":"bench-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
  )
]

/** The bytes from memory instead of a socket: the same for all. */
const memoryTransport: Transport = {
  async send() {
    let next = 0
    return {
      phase: 'body',
      response: Promise.resolve({ status: 200, headers: { 'content-type': 'text/event-stream' } }),
      read: () => Promise.resolve(chunks[next++]),
      abort() {},
      release() {}
    }
  },
  async close() {}
}

const memoryFetch = async () => {
  let next = 0
  const body = new ReadableStream({
    pull(controller) {
      const data = chunks[next++]
      if (data === undefined) controller.close()
      else controller.enqueue(new Uint8Array(data))
    }
  })
  return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } })
}

export async function measureChunks(): Promise<void> {
  const host = await createHost({
    env: {},
    home: '/nonexistent',
    config: { providers: { bench: { plugin: 'openai-compatible', api_base: 'http://127.0.0.1:1/v1', api_key: 'sk-bench' } } },
    overrides: { transport: memoryTransport }
  })
  const provider = await host.provider('bench')
  const openai = new OpenAI({ apiKey: 'sk-bench', baseURL: 'http://127.0.0.1:1/v1', fetch: memoryFetch })
  const aiModel = createOpenAICompatible({
    name: 'bench',
    baseURL: 'http://127.0.0.1:1/v1',
    apiKey: 'sk-bench',
    fetch: memoryFetch
  }).chatModel('bench-1')
  const messages = [{ role: 'user' as const, content: 'hello' }]

  /** Each returns how many characters of text it read, so that none can skip the work. */
  const variants: Record<string, () => Promise<number>> = {
    'JSON.parse of each line': async () => {
      let length = 0
      for (const data of chunks) {
        for (const line of data.toString('utf8').split('\n')) {
          if (!line.startsWith('data: {')) continue
          length += (JSON.parse(line.slice(6)) as { choices: [{ delta: { content?: string } }] }).choices[0].delta.content?.length ?? 0
        }
      }
      return length
    },
    'ResoftAI stream()': async () => {
      let length = 0
      for await (const event of provider.stream({ model: 'bench-1', messages })) if (event.type === 'text') length += event.text.length
      return length
    },
    'openai SDK stream': async () => {
      let length = 0
      for await (const part of await openai.chat.completions.create({ model: 'bench-1', messages, stream: true }))
        length += part.choices[0]?.delta.content?.length ?? 0
      return length
    },
    'AI SDK doStream': async () => {
      let length = 0
      const { stream } = await aiModel.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] })
      const reader = stream.getReader()
      for (let part; !(part = await reader.read()).done;) if (part.value.type === 'text-delta') length += part.value.delta.length
      return length
    }
  }

  const times: Record<string, number[]> = {}
  const lengths = new Set<number>()
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(variants)) {
      const before = process.cpuUsage()
      lengths.add(await run())
      const { user, system } = process.cpuUsage(before)
      if (round > 1) (times[name] ??= []).push((user + system) / events)
    }
  }
  if (lengths.size !== 1) throw new Error(`The variants read different texts: ${[...lengths].join(', ')} characters.`)
  const floor = median(times['JSON.parse of each line'] ?? [])
  printTable(
    'A stream: CPU a chunk from bytes to event',
    Object.entries(times).map(([what, values]) => ({
      what,
      value: median(values),
      unit: 'µs',
      ratio: median(values) / floor,
      ...(what.startsWith('ResoftAI') && { bar: 'at most 15 µs where parsing is 8' })
    }))
  )
  await host.close()
}
