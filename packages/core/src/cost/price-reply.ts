import type { Usage } from '@resoftai/sdk'
import { countTokens, type TokenParts } from './count-tokens.ts'
import { divide, readNanos } from './decimal.ts'
import type { Amount, CostAnswer, Price, Rates, Tier } from './types.ts'

/** What a reply costs at a price. Each part is rounded once, half up, to a nano-unit; the total is their sum. */
export function priceReply(price: Price, usage: Usage, batch = false): CostAnswer {
  const tokens = countTokens(usage)
  if (tokens === undefined) return { unknown: 'The vendor did not report how many tokens went in and out.' }
  const tier = findTier(price, tokens)
  if (tier === undefined) return { unknown: `The price of ${price.model} is not known for a request of this length.` }
  const rates = batch ? tier.batch : tier
  if (rates === undefined) return { unknown: `The price of ${price.model} in a batch is not known.` }
  const missing = missingRate(rates, tokens)
  if (missing !== undefined) return { unknown: `The price of ${price.model} is known, but not that of its ${missing}.` }
  const { reasoning: thought } = tokens
  const input = charge(tokens.input, rates.input)
  const cachedInput = charge(tokens.cachedInput, rates.cached)
  const cacheWrite = charge(tokens.cacheWrite, rates.cache_write)
  const output = charge(tokens.output, rates.output)
  const reasoning = thought === undefined ? undefined : charge(thought, rates.reasoning ?? rates.output)
  return {
    cost: {
      nanos: input + cachedInput + cacheWrite + output + (reasoning ?? 0n),
      currency: price.currency,
      parts: { input, cachedInput, cacheWrite, output, ...(reasoning !== undefined && { reasoning }) },
      price: { service: price.service, model: price.model, source: price.source, date: price.date },
      ...(usage.estimated === true && { estimated: true })
    }
  }
}

function findTier(price: Price, tokens: TokenParts): Tier | undefined {
  const { tiers, input, output } = price
  if (tiers === undefined) return input === undefined || output === undefined ? undefined : { ...price, input, output }
  const wholeInput = tokens.input + tokens.cachedInput + tokens.cacheWrite
  const wholeOutput = tokens.output + (tokens.reasoning ?? 0)
  return tiers.find(({ input_below = Infinity, output_below = Infinity }) => wholeInput < input_below && wholeOutput < output_below)
}

/** A rate or number without which the sum would be a guess. */
function missingRate(rates: Rates, tokens: TokenParts): string | undefined {
  if (tokens.cachedInput > 0 && rates.cached === undefined) return 'cached input'
  if (tokens.cacheWrite > 0 && rates.cache_write === undefined) return 'input that is written to the cache'
  return rates.reasoning !== undefined && tokens.reasoning === undefined ? 'reasoning, which was not reported' : undefined
}

function charge(tokens: number, perMillion: Amount = 0): bigint {
  return divide(BigInt(tokens) * readNanos(perMillion), 1_000_000n)
}
