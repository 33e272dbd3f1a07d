import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Measured, Used } from './measured.ts'

/** For each stream to show its first chunk. */
const openWithinMs = 30_000
/** For each stream to show a few more. */
const settleMs = 3_000

/** Something that answers as OpenAI does. */
export interface Target {
  readonly name: string
  readonly url: string
  readonly model: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds from its start to its first healthy reply. */
  readonly startMs: number
  readonly process: Measured
}

/** A client of one target, which ends with it. */
export class Load implements AsyncDisposable {
  readonly target: Target
  readonly #pool: Pool

  constructor(target: Target) {
    this.target = target
    this.#pool = new Pool(target.url, { pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 })
  }

  /** The text of one answer. `onFirst` is called when its first bytes are there. */
  async ask(prompt: string, { stream = false, signal, onFirst }: AskOptions = {}): Promise<string> {
    const { model, headers, name } = this.target
    const { statusCode, body } = await this.#pool.request({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: prompt }] }),
      ...(signal !== undefined && { signal })
    })
    let text = ''
    for await (const data of body) {
      if (text === '') onFirst?.()
      text += (data as Buffer).toString()
    }
    if (statusCode !== 200 || !text.includes(stream ? 'data: [DONE]' : '"total_tokens"'))
      throw new Error(`${name} answered ${statusCode}: ${text.slice(0, 500)}`)
    return text
  }

  /** CPU microseconds of the target for each of `count` calls. */
  async cpuOf(count: number, inFlight: number, call: () => Promise<unknown>): Promise<number> {
    const before = await this.target.process.used()
    let left = count
    const ask = async () => {
      while (left-- > 0) await call()
    }
    await Promise.all(Array.from({ length: inFlight }, ask))
    return ((await this.target.process.used()).cpuMicros - before.cpuMicros) / count
  }

  /** What the target uses while `count` streams are open, and how many of them are. */
  async hold(count: number, prompt: string): Promise<Used & { readonly live: number }> {
    const leaving = new AbortController()
    const live = new Set<number>()
    let failed = 0
    const asked: Promise<unknown>[] = []
    for (let number = 0; number < count; number++) {
      const stream = this.ask(prompt, { stream: true, signal: leaving.signal, onFirst: () => live.add(number) })
      const ended = stream.catch(() => {})
      asked.push(ended.then(() => (live.delete(number), failed++)))
      // All at once would measure the listen queue.
      if (number % 50 === 49) await sleep(50)
    }
    for (let waited = 0; live.size + failed < count && waited < openWithinMs; waited += 100) await sleep(100)
    await sleep(settleMs)
    const used = { ...(await this.target.process.used()), live: live.size }
    leaving.abort()
    await Promise.all(asked)
    return used
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
    await this.target.process[Symbol.asyncDispose]()
  }
}

interface AskOptions {
  readonly stream?: boolean
  readonly signal?: AbortSignal
  readonly onFirst?: () => void
}
