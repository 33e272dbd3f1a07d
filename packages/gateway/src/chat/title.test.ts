import { expect, test } from '@jest/globals'
import { titleOf } from './title.ts'

test.each([
  ['Hello?', 'Hello?'],
  [' One\r\n\ttwo\u0000\u0007three ', 'One two three'],
  ['x'.repeat(200), 'x'.repeat(80)],
  ['😀'.repeat(200), '😀'.repeat(80)],
  ['a\ud800', 'a\ufffd'],
  ['\u0000', 'Conversation']
])('%j is titled %j', (message, title) => {
  expect(titleOf(message)).toBe(title)
})
