import {
  ReplyBuilder,
  type ChatEvent,
  type ChatRequest,
  type Cost,
  type EmbeddingReply,
  type FinishReason,
  type ProviderError,
  type Usage
} from '@resoftai/sdk'
import type { Applied, Money } from '../budget/index.ts'
import type { BudgetConfig } from '../config/index.ts'
import type { CallRecord } from '../ledger/index.ts'
import type { Call } from './call.ts'
import { priceReply } from './price-reply.ts'
import { newRequestKey } from './request-key.ts'
import { reserve, type Held } from './reserve.ts'
import { toProviderError } from './retry.ts'
import type { StartedProvider } from './started-provider.ts'

/** Who asks, for budgets and the ledger. */
export interface Caller {
  /** The role of an agent. */
  readonly agent?: string | undefined
  /** The name of a client key. */
  readonly key?: string | undefined
  /** Budgets that come with the call. */
  readonly budgets?: readonly BudgetConfig[] | undefined
}

interface LegPlan {
  readonly provider: StartedProvider
  readonly request: ChatRequest
  /** Absent for a provider that asks nobody by HTTP. */
  readonly url: string | undefined
  readonly call: Call
  readonly caller: Caller
  /** These are embeddings. Default: false. */
  readonly isInputOnly?: boolean
}

interface Booking {
  readonly applied: readonly Applied[]
  readonly held: Held
  /** What is known from the beginning. */
  readonly record: CallRecord
}

const none: readonly never[] = []
const nothingHeld: Held = {}

/**
 * One reply that is asked of one provider, in the books: what it may cost is held before, what it used is settled after, however it ends. A call
 * has one of these, or several where it needed a rescue or another model.
 */
export class Leg {
  readonly #plan: LegPlan
  readonly #booking: Booking
  readonly #firstAttempt: number
  /** What the vendor tells in the running try. */
  #tally: ReplyBuilder
  #hasBegun = false
  /** What tries used that came to nothing. */
  #wasted: readonly Usage[] = none
  #firstEventMs: number | null = null
  #isSettled = false

  private constructor(plan: LegPlan, booking: Booking) {
    this.#plan = plan
    this.#booking = booking
    this.#firstAttempt = plan.call.attempts.length
    this.#tally = new ReplyBuilder(plan.request.model)
  }

  /** Throws `ProviderError` `quota` when a budget has no room for it; nothing may be sent then. */
  static async open(plan: LegPlan): Promise<Leg> {
    const { provider, request, url, call, caller, isInputOnly = false } = plan
    const { name, books, clock } = provider
    const record = newRecord(plan, clock())
    const subjects = { provider: name, model: `${name}/${request.model}`, agent: caller.agent, key: caller.key }
    const applied = books.find(subjects, record.at, caller.budgets)
    if (applied.length === 0 || url === undefined) return new Leg(plan, { applied: none, held: nothingHeld, record })
    const reserving = reserve({ provider, request, url, applied, record, isInputOnly, withinMs: call.remainingMs })
    const leave = (status: CallRecord['status'], isHeld: boolean) =>
      books.settle({ ...record, status }, { applied, cost: undefined, isHeld })
    try {
      return new Leg(plan, { applied, held: await call.waitFor(reserving), record })
    } catch (error) {
      // Who left while the budgets were asked does not wait for them; what is held for it too late is given back.
      const { failure } = call
      if (failure === undefined) await leave(toProviderError(error).kind, false)
      else void reserving.catch(() => undefined).then(held => leave(failure.kind, held?.most !== undefined))
      throw failure ?? error
    }
  }

  /** Goes to the vendor as the idempotency key, so that its support finds what the ledger has. */
  get id(): string {
    return this.#booking.record.id
  }

  /** The request as it must be sent: with a limit to its output, where a budget needs one. */
  get request(): ChatRequest {
    const { maxTokens } = this.#booking.held
    return maxTokens === undefined ? this.#plan.request : { ...this.#plan.request, maxTokens }
  }

  get warnings(): readonly ChatEvent[] {
    const { unreserved } = this.#booking.held
    return unreserved === undefined ? none : [warning(`The budgets could not be asked, so this call is not limited by them: ${unreserved}`)]
  }

  /** What the vendor tells, as it comes. */
  note(events: readonly ChatEvent[]): void {
    if (events.length === 0) return
    this.#hasBegun = true
    this.#firstEventMs ??= Math.round(performance.now() - this.#plan.call.startedAt)
    for (const event of events) this.#count(event)
  }

  #count(event: ChatEvent): void {
    if (event.type === 'usage' || event.type === 'start') this.#tally.add(event)
    else if (event.type === 'frame') for (const told of event.events) this.#count(told)
  }

  /** Another try begins; what the vendor counted for the one before is paid for all the same. */
  async tryAgain(): Promise<void> {
    if (!this.#hasBegun) return
    const { usage, model } = this.#tally.partial()
    this.#tally = new ReplyBuilder(model)
    this.#hasBegun = false
    if (hasTokens(usage)) this.#wasted = [...this.#wasted, await this.#complete(usage, '')]
  }

  /** What the host adds to a finished reply: tokens that the vendor did not count, and the cost. `seen` is the whole reply. */
  async finish(reason: FinishReason, seen: ReplyBuilder): Promise<readonly ChatEvent[]> {
    const { provider, request, url } = this.#plan
    const { usage, model } = this.#tally.partial()
    // What was refused is not charged for.
    const estimating = url === undefined || reason === 'content_filter' ? undefined : provider.estimate.ofReply(request, usage, seen)
    const missing = estimating && (await estimating)
    const whole = missing === undefined ? usage : { ...usage, ...missing }
    const pricing = url === undefined ? none : priceReply(provider, url, { model, usage: whole })
    const priced = pricing instanceof Promise ? await pricing : pricing
    const told: readonly ChatEvent[] = missing === undefined ? priced : [{ type: 'usage', usage: missing }, ...priced]
    if (provider.books.areClosed) return told
    const cost = priced.find(event => event.type === 'cost')?.cost
    const warnings = await this.#settle(reason === 'error' ? 'server' : 'finished', model, hasTokens(whole) ? [whole] : none, cost)
    const { maxTokens } = this.#booking.held
    const cut = reason === 'length' && maxTokens !== undefined ? [sayCut(maxTokens)] : none
    return [...told, ...[...cut, ...warnings].map(warning)]
  }

  /** The same for embeddings, which have no output. */
  async finishInput({ model, usage }: EmbeddingReply): Promise<Cost | null> {
    const { provider, url } = this.#plan
    const whole = await this.#complete({ outputTokens: 0, ...usage }, '')
    const answer = await provider.prices.costOf({ provider: provider.name, url: url!, model, usage: whole, at: new Date(provider.clock()) })
    const cost = 'cost' in answer ? answer.cost : undefined
    this.note([{ type: 'start', model }])
    await this.#settle('finished', model, [whole], cost)
    return cost ?? null
  }

  /** The reply ends without a finish. `output` is what had come of it. */
  async fail({ kind }: ProviderError, output: string): Promise<void> {
    if (this.#isSettled || this.#plan.provider.books.areClosed) return
    const { usage, model } = this.#tally.partial()
    const usages = this.#hasBegun || (this.#wasSent && leftByUs.has(kind)) ? [await this.#complete(usage, output)] : none
    await this.#settle(kind, model, usages, undefined)
  }

  /** The last try of this leg had got out. */
  get #wasSent(): boolean {
    const { attempts } = this.#plan.call
    return attempts.length > this.#firstAttempt && attempts.at(-1)?.phase !== 'connect'
  }

  /** What a cut reply used: as the vendor told, and where that is less than what came, as estimated. */
  #complete(usage: Usage, output: string): Promise<Usage> {
    return this.#plan.provider.estimate.ofCut(this.#plan.request, usage, output)
  }

  async #settle(status: CallRecord['status'], model: string, last: readonly Usage[], known: Money | undefined): Promise<readonly string[]> {
    this.#isSettled = true
    const { provider, call } = this.#plan
    const { record, applied, held } = this.#booking
    const usages = [...this.#wasted, ...last]
    const cost = this.#wasted.length === 0 && known !== undefined ? known : await this.#priceAll(usages, model)
    const charge =
      cost ?? (usages.length === 0 || applied.length === 0 ? undefined : ((await this.#priceAll(usages, record.model)) ?? held.most))
    const warnings = await provider.books.settle(
      {
        ...record,
        unreserved: held.unreserved !== undefined,
        answeredModel: this.#firstEventMs === null ? null : model,
        status,
        ...sumUsage(usages),
        costNanos: cost?.nanos ?? null,
        currency: cost?.currency ?? null,
        attempts: call.attempts.length,
        durationMs: Math.round(performance.now() - call.startedAt),
        firstEventMs: this.#firstEventMs
      },
      { applied, cost: charge, isHeld: held.most !== undefined && held.unreserved === undefined }
    )
    for (const message of warnings) provider.log.warn(message, { provider: provider.name, model: record.model })
    return warnings
  }

  /** `undefined`: nothing was used, or what it costs is not known. */
  async #priceAll(usages: readonly Usage[], model: string): Promise<Money | undefined> {
    const { provider, url } = this.#plan
    let sum: Money | undefined
    for (const usage of url === undefined ? none : usages) {
      const answer = await provider.prices.costOf({ provider: provider.name, url: url!, model, usage, at: new Date(provider.clock()) })
      if (!('cost' in answer)) return undefined
      const { nanos, currency } = answer.cost
      sum = { nanos: nanos + (sum?.nanos ?? 0n), currency }
    }
    return sum
  }
}

function hasTokens({ inputTokens, outputTokens, totalTokens }: Usage): boolean {
  return (inputTokens ?? outputTokens ?? totalTokens) !== undefined
}

/** Ends of a call by which the host leaves a vendor that goes on working. */
const leftByUs: ReadonlySet<ProviderError['kind']> = new Set(['cancelled', 'timeout', 'stalled'])

function newRecord({ provider, request, caller }: LegPlan, at: number): CallRecord {
  return {
    id: newRequestKey(),
    at,
    provider: provider.name,
    model: request.model,
    answeredModel: null,
    agent: caller.agent ?? null,
    key: caller.key ?? null,
    status: 'lost',
    inputTokens: null,
    cachedTokens: null,
    cacheWriteTokens: null,
    outputTokens: null,
    reasoningTokens: null,
    estimated: false,
    costNanos: null,
    currency: null,
    rates: none,
    attempts: 0,
    durationMs: 0,
    firstEventMs: null,
    unreserved: false
  }
}

function sumUsage(usages: readonly Usage[]): Partial<CallRecord> {
  const sum = (count: keyof Omit<Usage, 'estimated'>) => {
    let total: number | null = null
    for (const usage of usages) {
      const tokens = usage[count] ?? null
      if (tokens !== null) total = (total ?? 0) + tokens
    }
    return total
  }
  return {
    inputTokens: sum('inputTokens'),
    cachedTokens: sum('cachedTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
    outputTokens: sum('outputTokens'),
    reasoningTokens: sum('reasoningTokens'),
    estimated: usages.some(({ estimated }) => estimated === true)
  }
}

function warning(message: string): ChatEvent {
  return { type: 'warning', message }
}

function sayCut(maxTokens: number): string {
  return `The reply was cut at ${maxTokens} tokens: a budget needs a limit, and the request names none. Name a larger one (max_tokens) if it should be longer.`
}
