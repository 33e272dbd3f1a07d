import { expect, test } from '@jest/globals'
import { lineReader } from './line-reader.ts'

test('lines are the same, however their bytes are cut', () => {
  const text = 'one\n\nzwölf 读取 😀\nlast without an end'
  for (let size = 1; size <= 12; size++) {
    const lines: string[] = []
    const read = lineReader(1_000, line => lines.push(line))
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
    expect(lines).toEqual(['one', '', 'zwölf 读取 😀'])
  }
})

test('a line that is too long throws, and many short ones do not', () => {
  const lines: string[] = []
  const read = lineReader(10, line => lines.push(line))
  for (let count = 0; count < 100; count++) read(Buffer.from('0123456789\n'))
  expect(lines).toHaveLength(100)
  read(Buffer.from('0123456789'))
  expect(() => read(Buffer.from('0'))).toThrow('A line is longer than 10 bytes.')
})
