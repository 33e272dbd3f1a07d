import { describe, expect, test } from '@jest/globals'
import { linearPattern } from './linear-pattern.ts'

const patterns = [
  'abc',
  '^a|b$',
  '^(?:a|bc)*d?$',
  '^a{2,3}b{1,}c{2}$',
  '^[a-c]+\\d?[^x-z]$',
  '^(a+)+$',
  '(a|ab)(c|bcd)(d*)',
  '\\bab\\b',
  'a\\Bb',
  '^.$',
  '^$',
  '^\\w+@\\w+\\.(?:com|net)$',
  '^(?:\\p{L}|\\u{1F600})+$',
  '^[\\]a\\-]+$',
  'a.*?c',
  '^(?<year>\\d{4})-(\\d\\d)$',
  '(?:)*a',
  '^(?:a|b|)c$'
]

/** The same texts in every run. */
function texts(): readonly string[] {
  let seed = 7
  const next = (limit: number) => (seed = (seed * 48_271) % 2_147_483_647) % limit
  const letters = ['a', 'b', 'c', 'd', 'x', '-', ']', '1', '2', '.', '@', 'é', '😀', '\n', ' ']
  const random = Array.from({ length: 400 }, () => Array.from({ length: next(8) }, () => letters[next(letters.length)]).join(''))
  return [...random, 'me@acme.com', '2026-11', '2026-1', 'aabbcc', 'abcd', 'aaabcc']
}

describe('A linear pattern', () => {
  test.each(patterns)('says the same as the built-in expression: %s', source => {
    const builtin = new RegExp(source, 'u')
    const linear = linearPattern(source)
    expect(texts().filter(text => linear.test(text) !== builtin.test(text))).toEqual([])
  })

  test('is not blocked by what blocks the built-in expression', () => {
    expect(linearPattern('^(a+)+$').test(`${'a'.repeat(20_000)}b`)).toBe(false)
    expect(linearPattern('^(a|a)*b$').test('a'.repeat(20_000))).toBe(false)
    expect(linearPattern('\\s*\\s*\\s*x').test(' '.repeat(20_000))).toBe(false)
  })

  test.each([
    ['(?=a)b', 'it looks ahead or behind'],
    ['(?<!a)b', 'it looks ahead or behind'],
    ['(a)\\1', 'it refers back'],
    ['(?<x>a)\\k<x>', 'it refers back'],
    ['(a', 'never closed'],
    ['a)', 'never opened'],
    ['[a', 'never closed'],
    ['*a', 'nothing to repeat'],
    ['a\\', 'ends with'],
    ['a\\y', 'means nothing'],
    ['a{3,2}', 'out of order'],
    ['(?:a{1000}){1000}', 'too large'],
    ['a{1000000}', 'repeats more than'],
    ['(?:){999999999}', 'repeats more than'],
    ['a'.repeat(1001), 'longer than'],
    ['('.repeat(100) + ')'.repeat(100), 'too deeply']
  ])('refuses what it cannot do: %s', (source, reason) => {
    expect(() => linearPattern(source)).toThrow(reason)
  })
})
