import { isObject } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { wrongType } from '../openai/reading.ts'
import { readCount } from '../openai/values.ts'

/** Budgets as shares of `max_tokens`; the plugin of this API makes 0.2, 0.5 and 0.8 of the words. */
const shares = { low: 0.35, medium: 0.65 } as const

/**
 * How hard to think, as a word that every vendor is told in its own way: `disabled` is `none`, `adaptive` is the effort that
 * `output_config` asks for (the vendor's default is `high`), and a number of tokens becomes the nearest of `low`, `medium` and `high` by its
 * share of the whole reply. `display` is not carried: whoever can think aloud does.
 */
export function readEffort(thinking: unknown, effort: string | undefined, maxTokens: number | undefined): string | undefined {
  if (thinking === undefined || thinking === null) return effort
  if (!isObject(thinking)) throw wrongType('thinking', 'an object', thinking)
  switch (thinking.type) {
    case 'disabled':
      return 'none'
    case 'adaptive':
      return effort ?? 'high'
    case 'enabled':
      return nearestEffort(readCount(thinking.budget_tokens, 'thinking.budget_tokens'), maxTokens)
    default:
      throw badRequest('`thinking.type` must be enabled, adaptive or disabled.', 'thinking.type')
  }
}

/** Without a limit (as when tokens are counted) the share is unknown. */
function nearestEffort(budget: number, maxTokens: number | undefined): string {
  const share = maxTokens === undefined ? 0.5 : budget / maxTokens
  return share < shares.low ? 'low' : share < shares.medium ? 'medium' : 'high'
}
