import { HostError } from '@resoftai/core'
import type { KeyBudget, KeyChanges } from '@resoftai/storage'
import type { Translate } from '../../messages/index.ts'
import { numberOption } from '../../numbers.ts'
import type { Input } from '../spec.ts'
import { readSpan } from './read-span.ts'

/** What a word says where a limit could stand: there is to be none. */
const noLimit = 'none'

/** The limits that the command line names. Throws `HostError` `usage`. */
export function readLimits(input: Input, now: number, text: Translate): KeyChanges {
  const [models, budgets, expires] = [input.value('models'), input.values('budget'), input.value('expires')]
  const requestsPerMinute = numberOrNone(input, 'rpm', text)
  const tokensPerMinute = numberOrNone(input, 'tpm', text)
  const parallel = numberOrNone(input, 'parallel', text)
  return {
    ...(models !== undefined && { models: readModels(models, text) }),
    ...(budgets.length > 0 && { budgets: readBudgets(budgets, text) }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(parallel !== undefined && { parallel }),
    ...(expires !== undefined && { expiresAt: readExpiry(expires, now, text) })
  }
}

function numberOrNone(input: Input, name: string, text: Translate): number | null | undefined {
  return input.value(name) === noLimit ? null : numberOption(input, name, `--${name}`, { least: 1, integer: true }, text)
}

function readModels(typed: string, text: Translate): readonly string[] | null {
  if (typed === 'all') return null
  const models = typed.split(',').map(model => model.trim())
  if (models.every(model => /^[^\s\p{C}]+$/u.test(model))) return [...new Set(models)]
  throw new HostError('usage', text('keys.models'), { hint: text('keys.modelsHint') })
}

/** Of an amount as the configuration has it. */
const budget = /^((?:0|[1-9]\d{0,8})(?:\.\d{1,9})?) ?([a-z]{3})\/(request|day|week|month|total)$/i

function readBudgets(typed: readonly string[], text: Translate): readonly KeyBudget[] {
  if (typed.length === 1 && typed[0] === noLimit) return []
  return typed.map(one => {
    const [, amount, currency, per] = budget.exec(one.trim()) ?? []
    if (amount === undefined || currency === undefined || per === undefined) {
      throw new HostError('usage', text('keys.budget', { typed: one }), { hint: text('keys.budgetHint') })
    }
    return { per: per.toLowerCase() as KeyBudget['per'], limit: `${amount} ${currency.toUpperCase()}` }
  })
}

function readExpiry(typed: string, now: number, text: Translate): number | null {
  if (typed === 'never') return null
  const span = readSpan(typed)
  if (span !== undefined) return now + span
  throw new HostError('usage', text('keys.span', { flag: '--expires', typed }), { hint: text('keys.expiresHint') })
}
