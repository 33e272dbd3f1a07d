import { expect, test } from '@jest/globals'
import { hasTooManyKeys } from './too-many-keys.ts'

test.each([
  [0, '[]'],
  [0, ''],
  [0, ':'],
  [2, '{"a":1,"b" \n\t\r :2}'],
  [2, '{"a":[{"b":["x: y", "\\":", "\\\\\\":"]}]}'],
  [1, '{"a\\\\":1}'],
  [1, '{"":1}'],
  [1, '[":"]']
])('%i keys are counted in %s', (keys, json) => {
  expect(hasTooManyKeys(json, keys)).toBe(false)
  expect(keys === 0 || hasTooManyKeys(json, keys - 1)).toBe(true)
})

test('a text of code in a string has no keys', () => {
  const body = JSON.stringify({ content: JSON.stringify({ code: 'const a = { "b": 1 }: "c" : '.repeat(1_000) }).repeat(100) })
  expect(hasTooManyKeys(body, 1)).toBe(false)
})
