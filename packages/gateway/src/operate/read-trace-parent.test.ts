import { expect, test } from '@jest/globals'
import { readTraceParent } from './read-trace-parent.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'
const read = { traceId: trace, spanId: span, isRemote: true }

test.each([
  [`00-${trace}-${span}-01`, { ...read, traceFlags: 1 }],
  [`00-${trace}-${span}-00`, { ...read, traceFlags: 0 }],
  // Flags that are not known are not passed on.
  [`00-${trace}-${span}-ff`, { ...read, traceFlags: 1 }],
  [`cc-${trace}-${span}-01-what-will-be`, { ...read, traceFlags: 1 }],
  [`00-${trace}-${span}-01-what-will-be`, undefined],
  [`cc-${trace}-${span}-01.what`, undefined],
  [`ff-${trace}-${span}-01`, undefined],
  [`00-${'0'.repeat(32)}-${span}-01`, undefined],
  [`00-${trace}-${'0'.repeat(16)}-01`, undefined],
  [`00-${trace.toUpperCase()}-${span}-01`, undefined],
  [`00-${trace}-${span}-1`, undefined],
  [` 00-${trace}-${span}-01`, undefined],
  ['', undefined],
  [undefined, undefined],
  [[`00-${trace}-${span}-01`], undefined]
])('%s', (header, expected) => {
  expect(readTraceParent(header)).toEqual(expected)
})
