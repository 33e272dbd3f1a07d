import { isObject } from '../../json.ts'
import { pathsOf, replaceAt } from './json-path.ts'

const nested = (open: string, close: string): string => `${open.repeat(10_000)}${close.repeat(10_000)}`

/** Texts that may stand where a vendor's JSON should. */
export const junkTexts: readonly string[] = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '-1',
  '1e400',
  '""',
  '"text"',
  '[]',
  '[[]]',
  '[null]',
  '{}',
  '{"a":',
  'not json',
  '<html></html>',
  '\u0000',
  '\uD800',
  '"\\ud800"',
  '[DONE',
  nested('[', ']'),
  nested('{"a":', '}').replace('{"a":}', '{"a":1}')
]

/** Values that may stand in place of any part of a vendor's JSON. */
const junkValues: readonly unknown[] = [null, true, -1, 1e308, '', 'junk', [], [null], [[]], {}, { a: { b: null } }]

/** The same JSON value with one part replaced by junk, for each part and each junk, up to `limit` values, evenly spread. */
export function* corruptions(value: unknown, limit: number): Generator {
  const paths = [...pathsOf(value)]
  const all = paths.length * junkValues.length
  const every = Math.max(1, Math.ceil(all / limit))
  for (let index = 0; index < all; index += every) {
    yield replaceAt(value, paths[index % paths.length] ?? [], junkValues[Math.floor(index / paths.length)])
  }
}

/** The same JSON text with hostile keys in each of its objects. */
export function poison(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (!isObject(part)) return part
    const poisoned = { constructor: { prototype: { polluted: true } }, ...part }
    Object.defineProperty(poisoned, '__proto__', { value: { polluted: true }, enumerable: true })
    return Object.hasOwn(part, 'polluted') || Object.hasOwn(part, 'prototype') ? part : poisoned
  })
}
