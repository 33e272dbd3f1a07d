import { describe, expect, test } from '@jest/globals'
import { formatEvent, readServerSentEvents, ServerSentEventReader } from '../src/testing/index.ts'

const read = (text: string) => readServerSentEvents(Buffer.from(text))

describe('readServerSentEvents', () => {
  test.each([
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
    ['\\r', '\r']
  ])('lines end with %s', (_, eol) => {
    const text = ['event: a', 'data: one', 'data: two', '', 'data: three', '', ''].join(eol)
    expect(read(text)).toEqual([{ event: 'a', data: 'one\ntwo' }, { data: 'three' }])
  })

  test('line ends may be mixed', () => {
    expect(read('data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r')).toEqual([{ data: 'a\nb\nc' }, { data: 'd' }])
  })

  test('a byte order mark at the start is no part of the first line, and later is one', () => {
    expect(read('\uFEFFdata: a\n\ndata: \uFEFFb\n\n')).toEqual([{ data: 'a' }, { data: '\uFEFFb' }])
  })

  test('comments and unknown fields are nothing', () => {
    expect(read(': ping\n\n:\nid: 7\nretry: 10\ndatax: no\ndata: a\n: in between\ndata: b\n\n')).toEqual([{ data: 'a\nb' }])
  })

  test('one space behind the colon is no part of the value, a second one is', () => {
    expect(read('data:a\n\ndata:  b \n\n')).toEqual([{ data: 'a' }, { data: ' b ' }])
  })

  test('empty data is an event, no data is none', () => {
    expect(read('data\n\ndata:\n\ndata:\ndata:\n\nevent: lonely\n\n')).toEqual([{ data: '' }, { data: '' }, { data: '\n' }])
  })

  test('a name holds for its own event only, and the last of two names wins', () => {
    expect(read('event: a\nevent: b\ndata: 1\n\ndata: 2\n\nevent: lonely\n\ndata: 3\n\n')).toEqual([
      { event: 'b', data: '1' },
      { data: '2' },
      { data: '3' }
    ])
  })

  test('characters and line ends that are split between pieces are whole', () => {
    const bytes = Buffer.from('\uFEFFevent: a\r\ndata: 世界 🌍\r\n\r\ndata: b\r\r\ndata: {"c":1}')
    const expected = [{ event: 'a', data: '世界 🌍' }, { data: 'b' }, { data: '{"c":1}' }]
    expect(readServerSentEvents(bytes)).toEqual(expected)
    expect(readServerSentEvents(...[...bytes].map(byte => Uint8Array.of(byte)))).toEqual(expected)
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(readServerSentEvents(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(expected)
    }
  })

  test.each(['\n', '\r\n', '\r'] as const)('reads what formatEvent wrote, with %j', eol => {
    const events = [{ event: 'a', data: 'one\ntwo' }, { data: '{"x":1}' }, { data: '' }]
    expect(read(events.map(event => formatEvent(event, eol)).join(''))).toEqual(events)
  })
})

describe('the last event without its blank line', () => {
  test.each([
    ['data: [DONE]', { data: '[DONE]' }],
    ['data: [DONE]\n', { data: '[DONE]' }],
    ['event: end\ndata: {"a":1}', { event: 'end', data: '{"a":1}' }],
    ['data: {"a":\ndata: 1}', { data: '{"a":\n1}' }],
    ['data: [1]\n: ping', { data: '[1]' }]
  ])('%j counts', (text, expected) => {
    expect(read(text)).toEqual([expected])
  })

  test.each(['data: {"a":', 'data: {"a":1}}', 'data: 12', 'data: "text"', 'data: hello', 'data: [DON', 'event: x', ''])(
    '%j is cut',
    text => {
      expect(read(text)).toEqual([])
    }
  )
})

describe('ServerSentEventReader', () => {
  test('gives an event as soon as its blank line is there', () => {
    const reader = new ServerSentEventReader()
    expect(reader.push(Buffer.from('data: a\n'))).toEqual([])
    expect(reader.push(Buffer.from('\n'))).toEqual([{ data: 'a' }])
    expect(reader.push(Buffer.from('data: b\r\n\r'))).toEqual([{ data: 'b' }])
    expect(reader.push(Buffer.from('\ndata: c\n\ndata: d\n\n'))).toEqual([{ data: 'c' }, { data: 'd' }])
  })

  test('asking for the tail changes nothing', () => {
    const reader = new ServerSentEventReader()
    reader.push(Buffer.from('event: e\ndata: {}'))
    expect(reader.tail()).toEqual({ event: 'e', data: '{}' })
    expect(reader.tail()).toEqual({ event: 'e', data: '{}' })
    expect(reader.push(Buffer.from('\n\n'))).toEqual([{ event: 'e', data: '{}' }])
    expect(reader.tail()).toBeUndefined()
  })
})
