import { describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProviderError, type ChatEvent, type Provider } from '@resoftai/sdk'
import { start } from './started.ts'

const ask = { messages: [{ role: 'user' as const, content: 'hello' }] }
const base = 'http://127.0.0.1:1'

function chatting(chat: (signal: AbortSignal) => unknown): Provider {
  return { chat: (_request, signal) => chat(signal) as AsyncIterable<ChatEvent> }
}

async function* yielding(...events: unknown[]): AsyncGenerator {
  yield* events
}

describe('a provider that is no dialect', () => {
  test('answers with its own events', async () => {
    await using host = start(
      chatting(() => yielding({ type: 'text', text: 'hi' }, { type: 'finish', reason: 'stop' })),
      base
    )
    expect(await host.client.chat(ask)).toMatchObject({ content: 'hi', finishReason: 'stop' })
  })

  test.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['something that is no iterable', () => 7],
    ['events of an unknown type', () => yielding({ type: 'text', text: 'a' }, { type: 'huh' })],
    ['null', () => yielding(null)],
    [
      'a throw of a string',
      () => {
        throw 'no' // oxlint-disable-line no-throw-literal
      }
    ],
    [
      'a throw of null inside',
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(null) }) }) // oxlint-disable-line prefer-promise-reject-errors
    ]
  ])('P25 that returns %s is a typed error', async (_what, chat) => {
    await using host = start(chatting(chat), base)
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'protocol', code: 'plugin', provider: 'test' })
    expect(host.provider.running.size).toBe(0)
  })

  test('P25 that ends without finish is truncated, with what had arrived', async () => {
    await using host = start(
      chatting(() => yielding({ type: 'text', text: 'a' })),
      base
    )
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'truncated', partial: 'a' })
  })

  test('P25 that ends twice is read to its first end', async () => {
    const events = () =>
      yielding(
        { type: 'text', text: 'a' },
        { type: 'finish', reason: 'stop' },
        { type: 'text', text: 'b' },
        { type: 'finish', reason: 'stop' }
      )
    await using host = start(chatting(events), base)
    expect((await host.client.chat(ask)).content).toBe('a')
  })

  test('P26 that is deaf to its signal does not hold the caller', async () => {
    await using host = start(
      chatting(() => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) })),
      base
    )
    const controller = new AbortController()
    const asking = host.client.chat(ask, { signal: controller.signal })
    await sleep(20)
    controller.abort()
    await expect(asking).rejects.toMatchObject({ kind: 'cancelled' })
  })

  test('that stalls is ended', async () => {
    const chat = (signal: AbortSignal) =>
      (async function* () {
        yield { type: 'text', text: 'a' }
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
      })()
    await using host = start(chatting(chat), base, { stallTimeoutMs: 60 })
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'stalled', partial: 'a' })
  })

  test('is told when the reader leaves', async () => {
    let left = false
    const chat = async function* () {
      try {
        for (;;) yield { type: 'text', text: 'a' }
      } finally {
        left = true
      }
    }
    await using host = start(chatting(chat), base)
    for await (const event of host.client.stream(ask)) if (event.type === 'text') break
    await sleep(10)
    expect(left).toBe(true)
  })

  test('is tried again when it says that helps, until content came', async () => {
    let tries = 0
    const chat = async function* () {
      if (++tries < 3) throw new ProviderError('overloaded', 'busy', { retryAfterMs: 100 })
      yield { type: 'text', text: 'a' }
      yield { type: 'finish', reason: 'stop' }
    }
    await using host = start(chatting(chat), base)
    const reply = await host.client.chat(ask)
    expect(reply.attempts.map(attempt => attempt.kind)).toEqual(['overloaded', 'overloaded', undefined])
  })

  test('has no embeddings and no request to show', async () => {
    await using host = start(
      chatting(() => yielding()),
      base
    )
    await expect(host.client.embed({ input: ['a'] })).rejects.toMatchObject({ kind: 'usage' })
    expect(() => host.client.encode(ask)).toThrow(expect.objectContaining({ kind: 'usage' }))
  })
})
