import { divide, readNanos } from './decimal.ts'
import type { Amount, ListedPrice, PriceBound, Rates, Tier } from './types.ts'

/** Each of the five parts of a cost may be rounded up. */
const rounding = 5n

/** What a request can cost at most at the dearest of these prices of one model; they are in one currency. */
export function priceBound(prices: readonly [ListedPrice, ...ListedPrice[]]): PriceBound | undefined {
  const [{ currency }] = prices
  if (prices.some(price => price.currency !== currency)) return undefined
  const maxOutputs = prices.flatMap(({ max_output }) => max_output ?? [])
  return {
    currency,
    maxOutputTokens: maxOutputs.length === 0 ? undefined : Math.min(...maxOutputs),
    nanosOf(inputTokens, outputTokens) {
      let most = 0n
      for (const price of prices) {
        const nanos = boundAt(price, inputTokens, outputTokens)
        if (nanos === undefined) return undefined
        if (nanos > most) most = nanos
      }
      return most + rounding
    }
  }
}

/** A bound that is longer than any tier is taken for the dearest: a request of that length has no price. `undefined`: there are no rates. */
function boundAt(price: ListedPrice, inputTokens: number, outputTokens: number): bigint | undefined {
  let most: bigint | undefined
  for (const tier of tiersOf(price)) {
    const nanos = charge(inputTokens, dearestInput(tier)) + charge(outputTokens, dearestOutput(tier))
    if (most === undefined || nanos > most) most = nanos
    const { input_below = Infinity, output_below = Infinity } = tier
    // A request may turn out shorter than its bound, so the tiers before count too.
    if (inputTokens < input_below && outputTokens < output_below) break
  }
  return most
}

function tiersOf({ tiers, input, output, ...price }: ListedPrice): readonly Tier[] {
  return tiers ?? (input === undefined || output === undefined ? [] : [{ ...price, input, output }])
}

function dearestInput({ input, cached, cache_write }: Rates): bigint {
  return dearest(input, cached, cache_write)
}

function dearestOutput({ output, reasoning }: Rates): bigint {
  return dearest(output, reasoning)
}

function dearest(...rates: readonly (Amount | undefined)[]): bigint {
  return rates.reduce<bigint>((most, rate) => {
    const nanos = rate === undefined ? 0n : readNanos(rate)
    return nanos > most ? nanos : most
  }, 0n)
}

function charge(tokens: number, nanosPerMillion: bigint): bigint {
  return divide(BigInt(tokens) * nanosPerMillion, 1_000_000n)
}
