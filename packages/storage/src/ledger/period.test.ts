import { expect, test } from '@jest/globals'
import { periodsOf } from './period.ts'

test.each([
  ['2026-11-21T12:00:00Z', '2026-11-21', '2026-W47', '2026-11'],
  ['2026-11-22T23:59:59.999Z', '2026-11-22', '2026-W47', '2026-11'],
  ['2026-11-23T00:00:00Z', '2026-11-23', '2026-W48', '2026-11'],
  ['2027-01-01T00:00:00Z', '2027-01-01', '2026-W53', '2027-01'],
  ['2024-12-30T00:00:00Z', '2024-12-30', '2025-W01', '2024-12'],
  ['2023-01-01T00:00:00Z', '2023-01-01', '2022-W52', '2023-01']
])('%s lies in its day, its ISO week and its month', (at, day, week, month) => {
  expect(periodsOf(Date.parse(at))).toEqual({ day, week, month })
})
