import { describe, expect, test } from '@jest/globals'
import { boundsOf, createCalendar } from './period.ts'
import type { Per } from './types.ts'

const at = (written: string) => Date.parse(written)

/** The periods one after another, as a clock that goes by quarter hours meets them. */
function periodsMet(zone: string, per: Per, from: string, until: string): readonly string[] {
  const periodOf = createCalendar(zone)
  const met: string[] = []
  for (let moment = at(from); moment < at(until); moment += 900_000) {
    const period = periodOf(per, moment)
    if (met.at(-1) !== period) met.push(period)
  }
  return met
}

describe('a period', () => {
  test.each<[Per, string, string, string]>([
    ['day', 'UTC', '2026-11-21T00:00:00Z', '2026-11-21'],
    ['day', 'Asia/Shanghai', '2026-11-21T15:59:59.999Z', '2026-11-21'],
    ['day', 'Asia/Shanghai', '2026-11-21T16:00:00Z', '2026-11-22'],
    ['day', 'America/Los_Angeles', '2026-01-01T07:59:59Z', '2025-12-31'],
    ['week', 'UTC', '2026-11-21T12:00:00Z', '2026-W47'],
    ['week', 'UTC', '2027-01-03T23:59:59Z', '2026-W53'],
    ['week', 'UTC', '2027-01-04T00:00:00Z', '2027-W01'],
    ['week', 'UTC', '2024-12-30T00:00:00Z', '2025-W01'],
    ['month', 'Asia/Kathmandu', '2026-10-31T18:14:59Z', '2026-10'],
    ['month', 'Asia/Kathmandu', '2026-10-31T18:15:00Z', '2026-11'],
    ['total', 'UTC', '2026-11-21T12:00:00Z', 'total']
  ])('per %s in %s at %s is %s', (per, zone, moment, period) => {
    expect(createCalendar(zone)(per, at(moment))).toBe(period)
  })

  test.each([
    ['spring forward', 'Europe/Berlin', '2026-03-28T00:00:00Z', '2026-03-31T00:00:00Z'],
    ['fall back', 'Europe/Berlin', '2026-10-24T00:00:00Z', '2026-10-27T00:00:00Z'],
    ['fall back at midnight', 'America/Havana', '2026-10-31T06:00:00Z', '2026-11-03T06:00:00Z'],
    ['spring forward at midnight', 'America/Asuncion', '2023-09-30T06:00:00Z', '2023-10-03T06:00:00Z'],
    ['no such day at all', 'Pacific/Apia', '2011-12-29T00:00:00Z', '2012-01-01T00:00:00Z']
  ])('of a day begins once: %s', (_, zone, from, until) => {
    const met = periodsMet(zone, 'day', from, until)
    expect(new Set(met).size).toBe(met.length)
    expect(met.length).toBeGreaterThanOrEqual(2)
  })

  test('is the same again when a clock is set back', () => {
    const periodOf = createCalendar('Europe/Berlin')
    const before = periodOf('day', at('2026-11-21T22:59:59Z'))
    expect(periodOf('day', at('2026-11-21T23:00:01Z'))).not.toBe(before)
    expect(periodOf('day', at('2026-11-21T22:30:00Z'))).toBe(before)
  })
})

describe('the bounds of a period', () => {
  test.each<[Per, string, string, string, string]>([
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['week', 'Asia/Shanghai', '2026-11-21T00:00:00Z', '2026-11-15T16:00:00Z', '2026-11-22T16:00:00Z'],
    ['month', 'UTC', '2026-02-28T23:59:59Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['month', 'America/New_York', '2026-03-15T00:00:00Z', '2026-03-01T05:00:00Z', '2026-04-01T04:00:00Z']
  ])('per %s in %s around %s', (per, zone, moment, from, until) => {
    expect(boundsOf(per, at(moment), zone)).toEqual({ from: at(from), until: at(until) })
  })

  test('are none for a budget in all', () => {
    expect(boundsOf('total', 0, 'UTC')).toBeUndefined()
  })
})
