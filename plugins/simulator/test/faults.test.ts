import { describe, expect, test } from '@jest/globals'
import { collect } from '@resoftai/sdk'
import { faults, type Fault, type FaultEffect } from '../src/fault.ts'
import { chat, failureOf, replyOf, textsOf } from './asking.ts'

const all: readonly (readonly [Fault, FaultEffect])[] = Object.entries(faults) as [Fault, FaultEffect][]
const having = (effects: readonly string[]): readonly (readonly [Fault, FaultEffect])[] =>
  all.filter(([, { effect }]) => effects.includes(effect))

/** What each does, as the README says. */
const documented: Readonly<Record<Fault, string>> = {
  auth: 'auth',
  permission: 'permission',
  not_found: 'not_found',
  bad_request: 'bad_request',
  context_length: 'context_length',
  content_filter: 'content_filter',
  rate_limit: 'rate_limit',
  quota: 'quota',
  overloaded: 'overloaded',
  server: 'server',
  network: 'network',
  timeout: 'timeout',
  stall: 'stall',
  truncated: 'end',
  cut: 'end',
  reset: 'network',
  comments: 'stall',
  empty_deltas: 'stall',
  garbage: 'protocol',
  html: 'protocol',
  no_done: 'none',
  slow: 'none'
}

describe('faults inside the process', () => {
  test('are the ones that are known', () => {
    expect(Object.fromEntries(all.map(([name, { effect }]) => [name, effect]))).toEqual(documented)
  })

  const errors = all.filter(([, { effect }]) => !['stall', 'end', 'none'].includes(effect))
  test.each(errors)('fault:%s fails with its kind', async (name, { effect, after }) => {
    const { seen, error } = await failureOf(chat({ model: `fault:${name}` }))
    expect(error).toMatchObject({ kind: effect, code: 'simulated', message: `Simulated fault: ${name}.` })
    expect(textsOf(seen)).toHaveLength(after)
    expect(seen.some(({ type }) => type === 'finish')).toBe(false)
  })

  test.each(having(['end']))('fault:%s just ends, so that who reads it finds it truncated', async name => {
    const { seen, error } = await failureOf(chat({ model: `fault:${name}` }))
    expect(error).toBeUndefined()
    expect(seen.map(({ type }) => type)).toEqual(['start', 'text'])
    await expect(collect(chat({ model: `fault:${name}` }))).rejects.toMatchObject({ kind: 'truncated', partial: textsOf(seen).join('') })
  })

  test.each(having(['stall']))('fault:%s never goes on, until it is aborted', async name => {
    const abort = new AbortController()
    const events = chat({ model: `fault:${name}` }, abort.signal)
    expect((await events.next()).value).toMatchObject({ type: 'start' })
    expect((await events.next()).value).toMatchObject({ type: 'text' })
    const next = events.next()
    const pause = new Promise(resolve => setTimeout(resolve, 50, 'still waiting'))
    expect(await Promise.race([next, pause])).toBe('still waiting')
    abort.abort()
    await expect(next).rejects.toMatchObject({ kind: 'cancelled' })
  })

  test.each(having(['none']))('fault:%s spoils nothing that is seen here', async name => {
    const { content } = await replyOf({ model: `fault:${name}`, simulator: { delayMs: 0 } })
    expect(content).toBe((await replyOf('Hello')).content)
  })

  test('slow as a directive pauses before each piece', async () => {
    const started = performance.now()
    await replyOf({ simulator: { text: 'ab', chunkSize: 1, fault: 'slow' } })
    expect(performance.now() - started).toBeGreaterThan(190)
  })
})

describe('an aborted call', () => {
  test('yields nothing when it was aborted before', async () => {
    const { seen, error } = await failureOf(chat('Hello', AbortSignal.abort()))
    expect(seen).toEqual([])
    expect(error?.kind).toBe('cancelled')
  })

  test('stops between two events', async () => {
    const abort = new AbortController()
    const events = chat('Hello', abort.signal)
    await events.next()
    abort.abort()
    await expect(events.next()).rejects.toMatchObject({ kind: 'cancelled' })
  })

  test('does not wait for the end of a pause', async () => {
    const abort = new AbortController()
    const events = chat({ simulator: { text: 'Hi', delayMs: 600_000 } }, abort.signal)
    await events.next()
    const next = events.next()
    abort.abort()
    await expect(next).rejects.toMatchObject({ kind: 'cancelled' })
  })

  test('leaves no listener behind after a pause that ended by itself', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const counted = new Proxy(signal, {
      get(target, name) {
        if (name === 'addEventListener') listeners++
        if (name === 'removeEventListener') listeners--
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      }
    })
    await collect(chat({ simulator: { text: 'abc', chunkSize: 1, delayMs: 1 } }, counted))
    expect(listeners).toBe(0)
  })
})
