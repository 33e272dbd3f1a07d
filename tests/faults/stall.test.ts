import { describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  comments,
  fakeService,
  json,
  sse,
  stall,
  trickle,
  wait,
  type Answer,
  type FakeService,
  type ReceivedRequest
} from '@resoftai/sdk/testing'
import { completion, connect, delta, failureOf, finished, question, readAll, said, thought, withVendor, type HostSetup } from './support.ts'

const quick = { timeout: 0.4, stall_timeout: 0.3, reasoning_stall_timeout: 0.6, deadline: 5, retry: { base_delay: 0.01 } }
const once = { settings: { ...quick, max_retries: 0 } }
const patient = { settings: { ...quick, fallback_to_nonstream: false, max_retries: 0 } }

/** A stream that answers as given, and the whole reply behind it. */
function streamThen(stream: Answer, whole: Answer) {
  return ({ json: body }: ReceivedRequest) => ((body as { stream?: boolean }).stream === true ? stream : whole)
}

async function untilClosed(service: FakeService, idle = 0): Promise<void> {
  for (let waited = 0; service.openSockets() > idle && waited < 5_000; waited += 20) await sleep(20)
  expect(service.openSockets()).toBe(idle)
}

describe('a vendor that says nothing', () => {
  test('N18 before its headers is a first-byte time-out, and the connection is closed', async () => {
    await using vendor = await withVendor({ steps: [stall] }, once)
    const error = await failureOf(vendor.provider.chat(question))
    expect(error).toMatchObject({ kind: 'timeout', code: 'first_byte', retryable: true, provider: 'vendor', model: 'm1' })
    expect(error.attempts).toEqual([expect.objectContaining({ phase: 'headers', kind: 'timeout', code: 'first_byte' })])
    await untilClosed(vendor.service)
  })

  test('N18 is asked again within max_retries, never beyond the deadline', async () => {
    await using vendor = await withVendor({ steps: [stall] }, { settings: { ...quick, max_retries: 10, deadline: 1 } })
    const error = await failureOf(vendor.provider.chat(question))
    expect(error).toMatchObject({ kind: 'timeout', code: 'total' })
    expect(vendor.service.requests.length).toBeGreaterThan(1)
    expect(vendor.service.requests.length).toBeLessThan(4)
  })

  test('N19 behind its headers is a time-out too, and repeated', async () => {
    const streams = [sse([stall]), sse([said('Hi'), finished()])]
    await using vendor = await withVendor(streams, { settings: { ...quick, max_retries: 1 } })
    const { text, events } = await readAll(vendor.provider.stream(question))
    expect(text).toBe('Hi')
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    await using dead = await withVendor(sse([stall]), once)
    expect(await failureOf(dead.provider.chat(question))).toMatchObject({ kind: 'timeout', code: 'first_event' })
    const { error } = await readAll(dead.provider.stream(question))
    expect(error).toMatchObject({ kind: 'timeout', code: 'first_event' })
    await untilClosed(dead.service)
  })

  test('N25 that trickles its headers is a first-byte time-out by the wall clock', async () => {
    await using vendor = await withVendor({ raw: true, steps: [trickle('HTTP/1.1 200 OK\r\nx-padding: '.padEnd(400, 'x'), 50)] }, once)
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'timeout', code: 'first_byte' })
  })

  test('N26 that trickles a whole body is stopped by the clock', async () => {
    const body = JSON.stringify(completion('x'.repeat(2_000)))
    const slow: Answer = { headers: { 'content-type': 'application/json' }, steps: [trickle(body, 20)] }
    await using vendor = await withVendor(slow, { settings: { ...quick, max_retries: 0, stall_timeout: 10, deadline: 0.5 } })
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'timeout', code: 'total' })
    await untilClosed(vendor.service)
  })
})

describe('a stream that stalls in the middle', () => {
  const stalling: readonly [string, Answer][] = [
    ['N20 with silence', sse([said('Hel'), stall])],
    ['N21 with nothing but comments', sse([said('Hel'), comments(50)])],
    ['N22 with nothing but empty pieces', sse([said('Hel'), emptyPieces()])],
    ['N22 with nothing but role-only pieces', sse([said('Hel'), emptyPieces({ role: 'assistant', content: '' })])]
  ]

  test.each(stalling)('%s is gone on with from the whole reply, when that begins the same', async (_name, stream) => {
    await using vendor = await withVendor(streamThen(stream, json(completion('Hello, world'))), once)
    const { events, text, error } = await readAll(vendor.provider.stream(question))
    expect(error).toBeUndefined()
    expect(text).toBe('Hello, world')
    expect(events.filter(({ type }) => type === 'restart' || type === 'finish')).toEqual([{ type: 'finish', reason: 'stop' }])
    expect(vendor.service.requests.map(({ json: body }) => (body as { stream?: boolean }).stream === true)).toEqual([true, false])
    expect(vendor.host.stats()['vendor']).toMatchObject({ stalls: 1, rescues: { tried: 1, helped: 1 }, calls: { finished: 1, failed: {} } })
  })

  test.each(stalling)('%s begins again, and says so, when the whole reply is another one', async (_name, stream) => {
    await using vendor = await withVendor(streamThen(stream, json(completion('Bonjour'))), once)
    const { events, text } = await readAll(vendor.provider.stream(question))
    expect(text).toBe('Bonjour')
    expect(events.map(({ type }) => type).filter(type => type === 'restart' || type === 'finish')).toEqual(['restart', 'finish'])
  })

  test.each(stalling)('%s is an error with what had arrived, when that does not help', async (_name, stream) => {
    await using vendor = await withVendor(streamThen(stream, json({ error: { message: 'down' } }, { status: 500 })), once)
    const { error, text } = await readAll(vendor.provider.stream(question))
    expect(text).toBe('Hel')
    expect(error).toMatchObject({ kind: 'stalled', code: 'idle', partial: 'Hel' })
    expect(error?.attempts.map(({ why, kind }) => [why, kind])).toEqual([
      [undefined, 'stalled'],
      ['rescue', 'server']
    ])
    // That of the 500, kept for the next call.
    await untilClosed(vendor.service, 1)
  })

  test('N20 never begins again for a caller that does not want it', async () => {
    await using vendor = await withVendor(streamThen(sse([said('Hel'), stall]), json(completion('Bonjour'))), once)
    const { error, text } = await readAll(vendor.provider.stream(question, { restart: false }))
    expect(text).toBe('Hel')
    expect(error).toMatchObject({ kind: 'stalled', partial: 'Hel' })
  })

  test('N20 asks for nothing whole when the policy is off', async () => {
    await using vendor = await withVendor(sse([said('Hel'), stall]), patient)
    expect((await readAll(vendor.provider.stream(question))).error).toMatchObject({ kind: 'stalled', partial: 'Hel' })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test('N20 a rescue that hangs ends with the deadline', async () => {
    const hanging = streamThen(sse([said('Hel'), stall]), { steps: [stall] })
    await using vendor = await withVendor(hanging, { settings: { ...quick, reasoning_stall_timeout: 10, deadline: 1 } })
    const begun = performance.now()
    const { error } = await readAll(vendor.provider.stream(question))
    expect(error).toMatchObject({ kind: 'timeout', code: 'total', partial: 'Hel' })
    expect(performance.now() - begun).toBeLessThan(4_000)
    await untilClosed(vendor.service)
  })

  test('N20 the host can be cancelled during the rescue', async () => {
    const hanging = streamThen(sse([said('Hel'), stall]), { steps: [stall] })
    await using vendor = await withVendor(hanging, once)
    const controller = new AbortController()
    const reading = readAll(vendor.provider.stream(question, { signal: controller.signal }))
    await vendor.service.received(2)
    controller.abort()
    expect((await reading).error).toMatchObject({ kind: 'cancelled' })
    await untilClosed(vendor.service)
  })

  test('N20 reasoning that was shown stays when the whole reply has none', async () => {
    const stream = sse([thought('Let me think.'), said('Hel'), stall])
    await using vendor = await withVendor(streamThen(stream, json(completion('Hello'))), once)
    const { events } = await readAll(vendor.provider.stream(question))
    expect(events.filter(({ type }) => type === 'reasoning' || type === 'text' || type === 'restart')).toEqual([
      { type: 'reasoning', text: 'Let me think.' },
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' }
    ])
  })

  test('N20 a tool call that was cut is never joined with another one', async () => {
    const piece = delta({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":' } }] })
    const call = { id: 'call_2', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }
    const choices = [{ index: 0, message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }]
    await using vendor = await withVendor(streamThen(sse([piece, stall]), json(completion('', { choices }))), once)
    const { events } = await readAll(vendor.provider.stream(question))
    const restart = events.findIndex(({ type }) => type === 'restart')
    expect(restart).toBeGreaterThan(0)
    expect(events.slice(restart).filter(({ type }) => type === 'tool_call')).toEqual([
      expect.objectContaining({ id: 'call_2', arguments: '{"a":1}' })
    ])
  })

  test('N21 comments before any content are no reason to wait for ever', async () => {
    await using vendor = await withVendor(streamThen(sse([comments(50)]), json(completion('Hello'))), once)
    expect((await readAll(vendor.provider.stream(question))).text).toBe('Hello')
    await using dead = await withVendor(sse([comments(50)]), once)
    expect((await readAll(dead.provider.stream(question))).error).toMatchObject({ kind: 'stalled' })
  })
})

describe('a stream that is slow', () => {
  test('N23 but alive is no stall', async () => {
    const slow = sse([said('a'), wait(220), said('b'), wait(220), said('c'), wait(220), finished()])
    await using vendor = await withVendor(slow, { settings: { ...quick, stall_timeout: 0.6, max_retries: 0 } })
    const { text, error } = await readAll(vendor.provider.stream(question))
    expect([text, error]).toEqual(['abc', undefined])
    expect(vendor.host.stats()['vendor']).toMatchObject({ stalls: 0, betweenEventsMs: { count: 3 } })
  })

  test('N24 while it reasons has a limit of its own, and reasoning is progress', async () => {
    const steps = [thought('a'), wait(400), thought('b'), wait(400), said('Hi'), finished()]
    await using vendor = await withVendor(sse(steps), { settings: { ...quick, reasoning_stall_timeout: 2, max_retries: 0 } })
    expect((await readAll(vendor.provider.stream(question))).text).toBe('Hi')
    await using stalled = await withVendor(sse([thought('a'), stall]), patient)
    expect((await readAll(stalled.provider.stream(question))).error).toMatchObject({ kind: 'stalled' })
  })

  test('N24 a model may have limits of its own', async () => {
    const service = await fakeService(sse([said('a'), wait(500), said('b'), finished()]))
    const settings = { ...quick, fallback_to_nonstream: false, max_retries: 0, per_model: { 'glm-*': { stall_timeout: 3 } } }
    await using client = await connect(service.url, { settings } satisfies HostSetup)
    expect((await readAll(client.provider.stream({ ...question, model: 'GLM-4.6' }))).text).toBe('ab')
    expect((await readAll(client.provider.stream({ ...question, model: 'other' }))).error).toMatchObject({ kind: 'stalled' })
    await service.close()
  })
})

function emptyPieces(fields: Readonly<Record<string, unknown>> = {}) {
  return comments(50, Infinity, `data: ${JSON.stringify(delta(fields))}\n\n`)
}
