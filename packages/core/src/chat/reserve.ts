import { ProviderError, type ChatRequest } from '@resoftai/sdk'
import { boundsOf, decimalOf, type Applied, type Full, type Money, type Refusal } from '../budget/index.ts'
import type { PriceBound } from '../cost/index.ts'
import type { CallRecord } from '../ledger/index.ts'
import { outputLimit } from './output-limit.ts'
import type { StartedProvider } from './started-provider.ts'

/** For a model whose own maximum is not known: what nearly all models that are sold today take as `max_tokens`. */
const unknownOutput = 8_192
/** A reply that is longer is rare, and so much is held for each call. */
const usualOutput = 16_384
/** A shorter reply than this helps nobody. */
const leastOutput = 256
/** While others take room too, less and less fits. */
const mostTries = 4

export interface Reserve {
  readonly provider: StartedProvider
  readonly request: ChatRequest
  readonly url: string
  readonly applied: readonly Applied[]
  readonly record: CallRecord
  readonly withinMs: number
  /** There is no output: these are embeddings. */
  readonly isInputOnly: boolean
}

export interface Held {
  /** The most that it can cost; absent when nothing is held. */
  readonly most?: Money
  /** The host's own limit of the output, to be sent with the request. */
  readonly maxTokens?: number
  /** The budget could not be asked, and the configuration lets the call go. */
  readonly unreserved?: string
}

/** Holds what a call may cost at most in all its budgets. Throws `ProviderError` `quota` when that does not fit. */
export async function reserve(asked: Reserve): Promise<Held> {
  const { provider, request, url, isInputOnly, withinMs } = asked
  const from = new Date(provider.clock())
  const until = new Date(from.getTime() + withinMs)
  const price = await provider.prices.boundOf({ provider: provider.name, url, model: request.model, from, until })
  if ('unknown' in price) return goUnpriced(asked, price.unknown)
  const inputTokens = await provider.estimate.mostOfRequest(request)
  const { perReply, replies } = isInputOnly ? { perReply: 0, replies: 1 } : outputLimit(request)
  const cost = (outputTokens: number) => price.nanosOf(inputTokens, outputTokens * replies)
  let maxTokens = perReply ?? Math.min(price.maxOutputTokens ?? unknownOutput, usualOutput)
  for (let tries = 1; ; tries++) {
    const nanos = cost(maxTokens)
    if (nanos === undefined) return goUnpriced(asked, `Not all rates of ${request.model} are known.`)
    const most = { nanos, currency: price.currency }
    const refusal = await provider.books.reserve({ ...asked, most })
    if (refusal === undefined) return { most, ...(perReply === undefined && { maxTokens }) }
    if (refusal.why === 'store' && provider.books.onFailure === 'allow') return { most, unreserved: refusal.reason }
    if (refusal.why !== 'full') throw refuse(refusal, asked, most)
    const fitting = await mostThatFits(refusal.full, { cost, price, provider, at: from, below: maxTokens })
    const isEnough = fitting >= Math.min(leastOutput, maxTokens) && fitting < maxTokens
    if (perReply !== undefined || !isEnough || tries === mostTries) throw refuseFull(refusal.full, asked, most, fitting)
    maxTokens = fitting
  }
}

/** What runs in one's own network costs nothing unless a price says so. */
function goUnpriced({ provider, url, applied, request }: Reserve, reason: string): Held {
  const refusing = applied.find(({ budget }) => budget.unpriced === 'refuse')
  if (refusing === undefined || provider.reach.has(new URL(url).origin)) return {}
  throw overBudget(`The budget "${refusing.budget.name}" allows no call whose price is not known. ${reason}`, {
    provider,
    model: request.model,
    hint: 'Set its price, or `unpriced: allow` in this budget.'
  })
}

/** The most output tokens that still fit; 0: not even the input does. */
async function mostThatFits(
  { budget, roomNanos }: Full,
  options: {
    readonly cost: (outputTokens: number) => bigint | undefined
    readonly price: PriceBound
    readonly provider: StartedProvider
    readonly at: Date
    readonly below: number
  }
): Promise<number> {
  const { cost, price, provider, at, below } = options
  const fits = async (outputTokens: number) => {
    const nanos = cost(outputTokens)
    if (nanos === undefined) return false
    const amount =
      price.currency === budget.currency
        ? { nanos }
        : await provider.prices.convert({ nanos, currency: price.currency }, budget.currency, at)
    return amount !== undefined && amount.nanos <= roomNanos
  }
  let [low, high] = [0, below]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await fits(middle)) low = middle
    else high = middle
  }
  return low
}

function refuse(refusal: Exclude<Refusal, { why: 'full' }>, { provider, request: { model } }: Reserve, most: Money): ProviderError {
  if (refusal.why === 'rate') {
    const { name, currency } = refusal.budget
    return overBudget(`The budget "${name}" is in ${currency}, and no rate is known from ${most.currency}.`, {
      provider,
      model,
      hint: `Add one to your price list (\`resoftai prices update\`), or give the budget in ${most.currency}.`
    })
  }
  return new ProviderError('quota', `The budgets cannot be asked, so nothing was sent: ${refusal.reason}`, {
    code: 'budget_store',
    retryable: false,
    provider: provider.name,
    model,
    hint: 'Look after `storage` in the configuration; `storage.on_failure: allow` lets calls go without a budget while it fails.'
  })
}

function refuseFull(
  { budget, scope, settledNanos, reservedNanos, roomNanos }: Full,
  asked: Reserve,
  most: Money,
  fitting: number
): ProviderError {
  const { provider, request, record } = asked
  const { name, per, limitNanos, currency, zone } = budget
  const money = (nanos: bigint) => `${decimalOf(nanos)} ${currency}`
  const of = scope === '' ? '' : ` of ${scope}`
  const spent =
    per === 'request' ? '' : `: ${money(settledNanos)} spent, ${money(reservedNanos)} held for running calls, ${money(roomNanos)} left`
  const until = boundsOf(per, record.at, zone)?.until
  const fits = fitting > 0 ? `It would fit with max_tokens ${fitting}.` : 'Not even a short reply to it would fit.'
  return overBudget(
    `This request may cost up to ${decimalOf(most.nanos)} ${most.currency}, and the budget "${name}"${of} of ${money(limitNanos)} has no room for it${spent}.`,
    {
      provider,
      model: request.model,
      hint: `${fits}${until === undefined ? '' : ` The budget begins anew at ${new Date(until).toISOString()}.`}`,
      ...(until !== undefined && { retryAfterMs: Math.max(0, until - provider.clock()) })
    }
  )
}

function overBudget(
  message: string,
  {
    provider,
    ...details
  }: { readonly provider: StartedProvider; readonly model: string; readonly hint: string; readonly retryAfterMs?: number }
): ProviderError {
  return new ProviderError('quota', message, { code: 'budget', retryable: false, provider: provider.name, ...details })
}
