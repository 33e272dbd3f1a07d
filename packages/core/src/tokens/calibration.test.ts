import { describe, expect, test } from '@jest/globals'
import { Calibration, calibrationKey } from './calibration.ts'

/** Learns what `report` says for requests of many sizes. */
function learned(report: (estimate: number, index: number) => number, times = 40): Calibration {
  const calibration = new Calibration()
  for (let index = 0; index < times; index++) {
    const estimate = 500 + ((index * 7_919) % 5_000)
    calibration.learn('m', estimate, { inputTokens: report(estimate, index) })
  }
  return calibration
}

describe('the calibration', () => {
  test('takes an unknown model for one whose estimates are right, with room above', () => {
    const calibration = new Calibration()
    expect(calibration.adjust('m', 1_000)).toBe(1_000)
    expect(calibration.adjust('m', 0)).toBe(0)
    expect(calibration.upperBound('m', 1_000)).toBe(2_500)
    expect(calibration.upperBound(calibrationKey('m', { tools: [{ name: 'get' }] }), 1_000)).toBe(3_000)
  })

  test('learns a ratio', () => {
    const calibration = learned(estimate => estimate * 1.4)
    expect(calibration.adjust('m', 10_000) / 14_000).toBeCloseTo(1, 1)
    expect(calibration.adjust('another', 10_000)).toBe(10_000)
  })

  test('learns what a vendor adds to each request, and does not multiply it', () => {
    const calibration = learned(estimate => estimate + 500)
    expect(calibration.adjust('m', 100)).toBeGreaterThan(550)
    expect(calibration.adjust('m', 100)).toBeLessThan(650)
    expect(calibration.adjust('m', 10_000) / 10_500).toBeCloseTo(1, 1)
  })

  test('forgets what was once true', () => {
    const calibration = learned((estimate, index) => estimate * (index < 60 ? 2 : 1), 160)
    expect(calibration.adjust('m', 3_000)).toBeLessThan(3_300)
  })

  test('is not thrown off by one report of nonsense', () => {
    for (const nonsense of [1e12, 1]) {
      const calibration = learned(estimate => estimate)
      calibration.learn('m', 3_000, { inputTokens: nonsense })
      expect(calibration.adjust('m', 3_000)).toBeGreaterThan(2_400)
      expect(calibration.adjust('m', 3_000)).toBeLessThan(4_500)
    }
  })

  test('learns nothing from what is no report', () => {
    const calibration = new Calibration()
    calibration.learn('m', 1_000, { inputTokens: 5_000, estimated: true })
    calibration.learn('m', 1_000, { outputTokens: 5_000 })
    for (const [estimate, inputTokens] of [
      [0, 10],
      [10, 0],
      [-1, 10],
      [10, -1],
      [Number.NaN, 10],
      [10, Number.NaN]
    ] as const) {
      calibration.learn('m', estimate, { inputTokens })
    }
    expect(calibration.adjust('m', 1_000)).toBe(1_000)
  })

  test('bounds more tightly a model that reports evenly, and never below the estimate', () => {
    const even = learned(estimate => estimate * 1.2)
    const uneven = learned((estimate, index) => estimate * (index % 2 === 0 ? 0.8 : 1.6))
    expect(even.upperBound('m', 3_000)).toBeGreaterThanOrEqual(3_600)
    expect(even.upperBound('m', 3_000)).toBeLessThan(uneven.upperBound('m', 3_000))
    expect(uneven.upperBound('m', 3_000)).toBeGreaterThan(4_800)
    expect(learned(estimate => estimate / 2).upperBound('m', 3_000)).toBe(3_000)
  })

  test('bounds more tightly with each report, and keeps some room for ever', () => {
    const after = [0, 1, 5, 20, 200].map(times => learned(estimate => estimate, times).upperBound('m', 3_000))
    expect(after).toEqual(after.toSorted((a, b) => b - a))
    expect(new Set(after).size).toBe(after.length)
    expect(after.at(-1)).toBeGreaterThan(3_100)
    expect(after.at(-1)).toBeLessThan(3_300)
  })

  test('keeps so many models, and forgets the one that reported longest ago', () => {
    const calibration = new Calibration(2)
    for (const model of ['a', 'b', 'a', 'c']) calibration.learn(model, 1_000, { inputTokens: 2_000 })
    expect(['a', 'b', 'c'].map(model => calibration.adjust(model, 1_000))).toEqual([2_000, 1_000, 2_000])
  })

  test('keeps a model with tools apart from the same without', () => {
    expect(calibrationKey('m', { tools: [{ name: 'get' }] })).not.toBe(calibrationKey('m', {}))
    expect(calibrationKey('m', { tools: [] })).toBe('m')
  })
})
