import { describe, expect, test } from '@jest/globals'
import type { ChatEvent } from '@resoftai/sdk'
import { chat, eventsOf, failureOf, replyOf, textsOf } from './asking.ts'

describe('the directives of a request', () => {
  test('text and reasoning are what is said', async () => {
    const { content, reasoning } = await replyOf({ simulator: { text: 'Yes.', reasoning: 'Hm.' } })
    expect({ content, reasoning }).toEqual({ content: 'Yes.', reasoning: 'Hm.' })
  })

  test('an empty text is a reply without text', async () => {
    const events = await eventsOf({ simulator: { text: '' } })
    expect(events.map(({ type }) => type)).toEqual(['start', 'usage', 'finish'])
  })

  test('chunkSize is the characters of a piece, 8 when it is absent', async () => {
    const text = 'abcdefghij'
    expect(textsOf(await eventsOf({ simulator: { text } }))).toEqual(['abcdefgh', 'ij'])
    expect(textsOf(await eventsOf({ simulator: { text, chunkSize: 4 } }))).toEqual(['abcd', 'efgh', 'ij'])
    expect(textsOf(await eventsOf({ simulator: { text, chunkSize: 1_000_000 } }))).toEqual([text])
  })

  test('usage is said instead of what was counted', async () => {
    const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3, cachedTokens: 1 }
    expect((await replyOf({ simulator: { usage } })).usage).toEqual(usage)
    expect((await replyOf({ simulator: { usage: {} } })).usage).toEqual({})
  })

  test.each(['stop', 'length', 'tool_calls', 'content_filter', 'error', 'unknown'])(
    'finishReason %s is how it ends',
    async finishReason => {
      expect((await replyOf({ simulator: { finishReason } })).finishReason).toBe(finishReason)
    }
  )

  test('delayMs is a pause before each piece', async () => {
    const started = performance.now()
    await eventsOf({ simulator: { text: 'abc', reasoning: 'd', chunkSize: 1, delayMs: 20 } })
    // Four pieces; timers may fire a millisecond early.
    expect(performance.now() - started).toBeGreaterThan(75)
  })

  test('toolCalls are made, by whatever model', async () => {
    const toolCalls = [
      { name: 'weather', arguments: { city: '北京' } },
      { name: 'now', id: 'mine' },
      { name: 'broken', arguments: '{"a":' }
    ]
    const reply = await replyOf({ model: 'echo', simulator: { toolCalls, chunkSize: 3 } })
    expect(reply).toMatchObject({
      content: '',
      finishReason: 'tool_calls',
      toolCalls: [
        { id: 'call_1', name: 'weather', arguments: '{"city":"北京"}' },
        { id: 'mine', name: 'now', arguments: '{}' },
        { id: 'call_3', name: 'broken', arguments: '{"a":' }
      ]
    })
  })

  test('toolCalls are not made again once their results are there', async () => {
    const reply = await replyOf({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '', toolCalls: [{ id: 'call_1', name: 'now', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'call_1', content: 'noon' }
      ],
      simulator: { toolCalls: [{ name: 'now' }] }
    })
    expect(reply).toMatchObject({ content: '[simulator] The tools answered: now: noon.', toolCalls: [], finishReason: 'stop' })
  })

  test('text and toolCalls go together', async () => {
    const reply = await replyOf({ simulator: { text: 'One moment.', toolCalls: [{ name: 'now' }] } })
    expect(reply).toMatchObject({ content: 'One moment.', finishReason: 'tool_calls', toolCalls: [{ name: 'now' }] })
  })

  test.each([0, 1, 3])('a fault comes after faultAfter = %d texts', async faultAfter => {
    const { seen, error } = await failureOf(chat({ simulator: { text: 'abcde', chunkSize: 1, fault: 'server', faultAfter } }))
    expect(textsOf(seen)).toEqual(['a', 'b', 'c'].slice(0, faultAfter))
    expect(error).toMatchObject({ kind: 'server', message: 'Simulated fault: server.' })
  })

  test('a fault after more texts than there are comes before usage and finish', async () => {
    const { seen, error } = await failureOf(chat({ simulator: { text: 'abc', chunkSize: 1, fault: 'server', faultAfter: 9 } }))
    expect(seen.map(({ type }): ChatEvent['type'] => type)).toEqual(['start', 'text', 'text', 'text'])
    expect(error?.kind).toBe('server')
  })

  test('a fault of the directives wins over one of the model', async () => {
    const { error } = await failureOf(chat({ model: 'fault:auth', simulator: { fault: 'quota' } }))
    expect(error?.kind).toBe('quota')
  })

  test.each<[unknown, string]>([
    [null, 'it must be an object'],
    ['text', 'it must be an object'],
    [[], 'it must be an object'],
    [{ txet: 'Hi' }, 'there is no "txet", only text, reasoning,'],
    [{ constructor: 1 }, 'there is no "constructor"'],
    [{ text: 1 }, '"text" must be a text'],
    [{ reasoning: null }, '"reasoning" must be a text'],
    [{ toolCalls: {} }, '"toolCalls" must be a list of'],
    [{ toolCalls: [{ arguments: {} }] }, '"toolCalls" must be a list of'],
    [{ toolCalls: [{ name: 'a', id: 1 }] }, '"toolCalls" must be a list of'],
    [{ delayMs: -1 }, '"delayMs" must be milliseconds, at most 600000'],
    [{ delayMs: 600_001 }, '"delayMs" must be milliseconds'],
    [{ delayMs: Number.NaN }, '"delayMs" must be milliseconds'],
    [{ chunkSize: 0 }, '"chunkSize" must be a whole number from 1'],
    [{ chunkSize: 1.5 }, '"chunkSize" must be a whole number from 1'],
    [{ usage: 5 }, '"usage" must be an object of token counts'],
    [{ usage: { inputTokens: -1 } }, '"usage" must be an object of token counts'],
    [{ finishReason: 'done' }, '"finishReason" must be one of stop, length,'],
    [{ fault: 'fire' }, '"fault" must be the name of a fault'],
    [{ fault: 'toString' }, '"fault" must be the name of a fault'],
    [{ faultAfter: -1 }, '"faultAfter" must be a whole number from 0']
  ])('%j is a bad request that says why', async (simulator, complaint) => {
    const { seen, error } = await failureOf(chat({ simulator }))
    expect(seen).toEqual([])
    expect(error).toMatchObject({ kind: 'bad_request', retryable: false })
    expect(error?.message).toContain('The field "simulator" cannot be followed')
    expect(error?.message).toContain(complaint)
  })

  test('everything that is wrong is told at once', async () => {
    const { error } = await failureOf(chat({ simulator: { text: 1, chunkSize: 0, colour: 'red' } }))
    for (const name of ['text', 'chunkSize', 'colour']) expect(error?.message).toContain(`"${name}"`)
  })
})
