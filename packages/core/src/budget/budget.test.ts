import { describe, expect, test } from '@jest/globals'
import { budgetFinder } from './applied.ts'
import { decimalOf } from './decimal-of.ts'
import { readBudgets } from './read-budgets.ts'
import type { Subjects } from './types.ts'

const moment = Date.parse('2026-11-21T12:00:00Z')
const call: Subjects = { provider: 'zhipu', model: 'zhipu/glm-4.6', agent: undefined, key: 'alice' }

function accounts(budgets: Parameters<typeof readBudgets>[0], subjects: Subjects = call) {
  return budgetFinder(readBudgets(budgets, 'UTC'))(subjects, moment).map(({ budget, account }) => [
    budget.name,
    account.period,
    account.scope
  ])
}

describe('a budget', () => {
  test('is read to the nano-unit', () => {
    const [budget] = readBudgets([{ per: 'day', limit: '20.000000001 CNY', warn_at: [90, 50] }], 'Asia/Shanghai')
    expect(budget).toMatchObject({ limitNanos: 20_000_000_001n, currency: 'CNY', zone: 'Asia/Shanghai', warnAt: [50, 90], name: 'day' })
  })

  test('counts the calls that are about all it names', () => {
    const budgets = [
      { per: 'day', limit: '1 CNY' },
      { per: 'week', limit: '1 CNY', provider: 'zhipu' },
      { per: 'week', limit: '1 CNY', provider: 'openai' },
      { per: 'month', limit: '1 CNY', model: 'zhipu/glm-4.6', key: 'alice' },
      { per: 'month', limit: '1 CNY', model: 'zhipu/glm-4.6', key: 'bob' },
      { per: 'total', limit: '1 CNY', agent: 'developer' }
    ] as const
    expect(accounts(budgets)).toEqual([
      ['day', '2026-11-21', ''],
      ['week, provider zhipu', '2026-W47', ''],
      ['month, model zhipu/glm-4.6, key alice', '2026-11', '']
    ])
  })

  test('for each key is one for each that has a key', () => {
    const budgets = [{ per: 'day', limit: '1 CNY', each: 'key' }] as const
    expect(accounts(budgets)).toEqual([['day, each key', '2026-11-21', 'alice']])
    expect(accounts(budgets, { ...call, key: undefined })).toEqual([])
  })

  test('that stands in two files counts once, with the lower limit', () => {
    const budgets = readBudgets(
      [
        { per: 'day', limit: '10 CNY' },
        { per: 'day', limit: '5 CNY' },
        { per: 'day', limit: '7 USD' }
      ],
      'UTC'
    )
    expect(budgets.map(({ limitNanos, currency }) => [limitNanos, currency])).toEqual([
      [5_000_000_000n, 'CNY'],
      [7_000_000_000n, 'USD']
    ])
  })

  test('has days of its own time zone', () => {
    expect(accounts([{ per: 'day', limit: '1 CNY', time_zone: 'Pacific/Kiritimati' }])).toEqual([['day', '2026-11-22', '']])
  })
})

test.each([
  [0n, '0'],
  [1n, '0.000000001'],
  [2_700_000n, '0.0027'],
  [20_000_000_000n, '20'],
  [-1_500_000_000n, '-1.5']
])('%s nano-units are written %s', (nanos, written) => expect(decimalOf(nanos)).toBe(written))
