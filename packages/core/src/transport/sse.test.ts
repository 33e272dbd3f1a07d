import { describe, expect, test } from '@jest/globals'
import { readServerSentEvents } from '@resoftai/sdk/testing'
import { EventStreamReader } from './sse.ts'

/** Small and repeatable, so that a failing case can be found again by its number. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

function read(bytes: Uint8Array, cuts: readonly number[]) {
  const reader = new EventStreamReader()
  const edges = [0, ...cuts, bytes.length]
  const events = edges.slice(1).flatMap((end, index) => [...reader.read(bytes.subarray(edges[index], end))])
  return [...events, ...reader.flush()].map(({ event, data }) => ({ ...(event !== undefined && { event }), data }))
}

const lines = [
  'data: {"text":"你好 😀"}',
  'data:tight',
  'data: two',
  'event: error',
  'id: 7',
  'retry: 10',
  ': ping',
  'unknown: x',
  'data',
  '',
  '',
  ' '
]

describe('EventStreamReader', () => {
  test('S01-S09 reads what an independent reader reads, in 20,000 random cuts with LF, CRLF, CR and mixed line ends', () => {
    for (let seed = 1; seed <= 20_000; seed++) {
      const random = randomFrom(seed)
      const pick = <T>(from: readonly T[]): T => {
        const found = from.at(Math.floor(random() * from.length))
        if (found === undefined) throw new Error('nothing to pick from')
        return found
      }
      const eol = pick([['\n'], ['\r\n'], ['\r'], ['\n', '\r\n', '\r']])
      const body = Array.from({ length: 2 + Math.floor(random() * 12) }, () => pick(lines) + pick(eol)).join('')
      const bytes = Buffer.from(`${pick(['', '\ufeff'])}${body}${eol[0]}${eol[0]}`)
      const cuts = Array.from({ length: Math.floor(random() * 6) }, () => Math.floor(random() * bytes.length)).toSorted((a, b) => a - b)
      const expected = readServerSentEvents(bytes).map(({ event, data }) => ({ ...(event !== undefined && { event }), data }))
      expect({ seed, events: read(bytes, cuts) }).toEqual({ seed, events: expected })
    }
  })

  test('a part of a character that came behind an event is that of its own stream', () => {
    const [one, other] = [new EventStreamReader(), new EventStreamReader()]
    const bytes = Buffer.from('data: a\n\n你')
    expect(one.read(bytes.subarray(0, -2))).toMatchObject([{ data: 'a' }])
    expect(other.read(Buffer.from('data: b\n\n'))).toMatchObject([{ data: 'b' }])
    one.read(bytes.subarray(-2))
    expect([one.stray, other.stray]).toEqual(['你', ''])
  })

  test('reads streams that take turns, each begun by a byte order mark, in pieces of any length', () => {
    for (const length of [1, 2, 3, 7, 30]) {
      const bytesOf = (name: string) => Buffer.from(`\ufeffevent: ${name}\nid: ${name}\ndata: ${name} 你好\n\ndata: ${name} 2\n\n`)
      const streams = ['a', 'b', 'c'].map(name => ({ name, reader: new EventStreamReader(), events: [] as unknown[] }))
      for (let at = 0; at < bytesOf('a').length; at += length)
        for (const { name, reader, events } of streams) events.push(...reader.read(bytesOf(name).subarray(at, at + length)))
      for (const { name, events } of streams)
        expect(events).toEqual([
          { event: name, id: name, data: `${name} 你好` },
          { event: undefined, id: undefined, data: `${name} 2` }
        ])
    }
  })

  test('an event without its final blank line is told at the flush', () => {
    expect(read(Buffer.from('data: a\n\nevent: e\ndata: b'), [3])).toEqual([{ data: 'a' }, { event: 'e', data: 'b' }])
  })

  test('S09 bytes that are no UTF-8 become replacement characters', () => {
    const bytes = Buffer.concat([Buffer.from('data: a'), Buffer.from([0xff, 0xfe]), Buffer.from('b\n\n')])
    expect(read(bytes, [])).toEqual([{ data: 'a\ufffd\ufffdb' }])
  })

  const kibibyte = 1024
  test.each([
    ['one line', 'data: ', 'x'.repeat(64 * kibibyte)],
    ['many lines', '', 'data: x\n'.repeat(8 * kibibyte)],
    ['an endless comment', ': ', 'x'.repeat(64 * kibibyte)],
    ['a line that is no field', '', 'x'.repeat(64 * kibibyte)]
  ])('N39 an event of more than 8 MiB is refused while it arrives (%s)', (_name, begin, part) => {
    const reader = new EventStreamReader()
    const piece = Buffer.from(part)
    reader.read(Buffer.from(begin))
    expect(() => {
      for (let count = 0; count < 200; count++) reader.read(piece)
    }).toThrow(expect.objectContaining({ kind: 'protocol', code: 'too_large' }))
  })

  test('what counts is the length since the last event, not that of the stream', () => {
    const reader = new EventStreamReader()
    const piece = Buffer.from(`: ping\n\ndata: ${'x'.repeat(1024 * kibibyte)}\n\n`)
    for (let count = 0; count < 20; count++) expect(reader.read(piece)).toHaveLength(1)
  })

  test('keeps the text since the last event, where a bare error may stand', () => {
    const reader = new EventStreamReader()
    reader.read(Buffer.from('data: a\n\n'))
    reader.read(Buffer.from('{"error":\n'))
    reader.read(Buffer.from('{"code":499}}'))
    expect(reader.stray).toContain('{"error":\n{"code":499}}')
  })
})
