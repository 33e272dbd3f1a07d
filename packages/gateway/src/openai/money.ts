import { decimalOf } from '@resoftai/core'
import type { Cost } from '@resoftai/sdk'

/** What a reply costs, exactly: an amount as a decimal text. `null`: unknown. */
export function writeCost(cost: Cost | null | undefined): unknown {
  if (cost === null || cost === undefined) return null
  const { nanos, currency, estimated } = cost
  return { amount: decimalOf(nanos), currency, ...(estimated === true && { estimated }) }
}

/** Unknown when one of them is, and when they are of several currencies. */
export function sumCosts(costs: readonly (Cost | null)[]): Cost | null {
  const [first, ...rest] = costs
  if (first === undefined || first === null || rest.length === 0) return first ?? null
  let nanos = first.nanos
  let estimated = first.estimated === true
  for (const cost of rest) {
    if (cost === null || cost.currency !== first.currency) return null
    nanos += cost.nanos
    estimated ||= cost.estimated === true
  }
  return { nanos, currency: first.currency, ...(estimated && { estimated }) }
}
