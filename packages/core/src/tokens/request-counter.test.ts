import { describe, expect, test } from '@jest/globals'
import type { ChatRequest, ContentPart } from '@resoftai/sdk'
import { estimateOutput, estimateTokens } from './estimate-tokens.ts'
import { requestCounter } from './request-counter.ts'

const request = (rest: object): ChatRequest => ({ model: 'any', messages: [], ...rest })
const user = (content: unknown) => request({ messages: [{ role: 'user', content }] })
const countLetters = requestCounter(text => text.length)
const empty = countLetters(user(''))
const ofPart = (part: ContentPart) => countLetters(user([part])) - empty

/** The start of a PNG (RFC 2083), made by hand: signature, length and name of IHDR, width, height. */
function png(width: number, height: number): string {
  const head = Buffer.alloc(40)
  head.write('89504e470d0a1a0a0000000d49484452', 'hex')
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return `data:image/png;base64,${head.toString('base64')}`
}

describe('the tokens of a request', () => {
  test('are those of its texts and some for each message', () => {
    const two = request({
      messages: [
        { role: 'system', content: 'abcde' },
        { role: 'user', content: [{ type: 'text', text: 'fgh' }] }
      ]
    })
    expect(countLetters(two) - countLetters(request({}))).toBe(5 + 3 + 2 * 4)
  })

  test('have the reasoning, the calls and the results in them', () => {
    const bare = {
      messages: [
        { role: 'assistant', content: '' },
        { role: 'tool', toolCallId: 'c', content: '' }
      ]
    }
    const full = {
      messages: [
        {
          role: 'assistant',
          content: '',
          reasoning: 'r'.repeat(100),
          toolCalls: [{ id: 'c', name: 'n'.repeat(20), arguments: 'a'.repeat(300) }]
        },
        { role: 'tool', toolCallId: 'c', content: 't'.repeat(5_000) }
      ]
    }
    expect(countLetters(request(full)) - countLetters(request(bare))).toBe(5_420 + 8)
  })

  test('have the schemas of tools and of the reply in them', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const { length } = JSON.stringify(schema)
    const tools = [{ name: 'get', description: 'weather', parameters: schema }]
    expect(countLetters(request({ tools })) - countLetters(request({}))).toBe(length + 'getweather'.length + 8)
    const responseFormat = { type: 'json_schema', name: 'out', schema }
    expect(countLetters(request({ responseFormat })) - countLetters(request({}))).toBe(length + 3 + 8)
  })

  test('read a schema once, however often it is sent', () => {
    let read = 0
    const parameters = { type: 'object', toJSON: () => ++read }
    for (let time = 0; time < 3; time++) countLetters(request({ tools: [{ name: 'get', parameters }] }))
    expect(read).toBe(1)
  })

  test('of an image are those of the published formula, by its size and detail', () => {
    expect(ofPart({ type: 'image', url: png(1024, 1024) })).toBe(765)
    expect(ofPart({ type: 'image', url: png(2048, 4096), detail: 'high' })).toBe(1_105)
    expect(ofPart({ type: 'image', url: png(4096, 8192), detail: 'low' })).toBe(85)
    expect(ofPart({ type: 'image', url: png(500, 500) })).toBe(255)
    expect(ofPart({ type: 'image', url: png(0, 0) })).toBe(765)
    expect(ofPart({ type: 'image', url: png(4_294_967_295, 1) })).toBeLessThan(2_000)
    expect(ofPart({ type: 'image', url: 'https://example.com/photo.jpg' })).toBe(765)
  })

  test.each([
    ['gpt-4o-mini', 25_500],
    ['openai/gpt-4o-mini-2024-07-18', 25_500],
    ['gpt-4o', 765],
    ['not-gpt-4o-mini', 765]
  ])('of an image are as many as %s counts', (model, tokens) => {
    const asked = user([{ type: 'image', url: png(1024, 1024) }])
    expect((countLetters({ ...asked, model }) - empty) / tokens).toBeCloseTo(1, 3)
  })

  test('of audio and files go by their length, not by the letters of base64', () => {
    const minute = 'A'.repeat((60 * 16_000 * 4) / 3)
    expect(ofPart({ type: 'audio', data: minute, format: 'mp3' })).toBe(60 * 32)
    expect(ofPart({ type: 'audio', data: minute, format: 'constructor' })).toBe(60 * 32)
    expect(ofPart({ type: 'audio', data: minute, format: 'wav' })).toBe(20 * 32)
    expect(ofPart({ type: 'file', url: 'https://example.com/a.pdf' })).toBe(1_500)
    expect(ofPart({ type: 'file', url: `data:application/pdf;base64,${minute}` })).toBe(10 * 1_500)
    expect(ofPart({ type: 'file', url: `data:text/plain;base64,${minute}` })).toBeLessThan(250_000)
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const odd: readonly unknown[] = [
    undefined,
    null,
    7,
    true,
    {},
    [],
    [
      null,
      7,
      'text',
      {},
      { type: 'text' },
      { type: 'image' },
      { type: 'audio', data: {} },
      { type: 'file', url: null },
      { type: 'image', url: { toString: 1 } }
    ],
    cycle,
    10n
  ]

  test.each(odd.map((value, index) => [index, value] as const))('are a number for odd input too (%d)', (_, value) => {
    const requests = [
      user(value),
      request({ messages: value }),
      request({ messages: [value] }),
      request({ tools: value, responseFormat: value }),
      request({ tools: [value, { name: value, parameters: value }], responseFormat: { type: 'json_schema', schema: value } }),
      request({ messages: [{ role: 'assistant', content: value, reasoning: value, toolCalls: value, name: value }] }),
      request({ messages: [{ role: 'assistant', toolCalls: [value, { name: value, arguments: value }] }] })
    ]
    for (const asked of requests) expect(estimateTokens(asked)).toBeGreaterThanOrEqual(0)
  })

  test('of a text that arrived are whole and at least one', () => {
    expect(estimateOutput('')).toBe(0)
    expect(estimateOutput('a')).toBe(1)
    expect(estimateOutput('Hello, how are you today?')).toBe(7)
  })
})
