import { isProviderError, ProviderError, retryableKinds, type Attempt } from '@resoftai/sdk'
import type { RetryPolicy } from '../config/index.ts'
import type { Admission } from './breaker.ts'
import type { Call } from './call.ts'
import type { Key } from './key-ring.ts'
import type { StartedProvider } from './started-provider.ts'

/** A vendor's 0 must not become a busy loop (FAULTS.md H17). */
const minDelayMs = 100

/** One try: does the work, and says how far it came when it fails. */
export interface Try<T> {
  readonly run: () => Promise<T>
  readonly phase: () => Attempt['phase']
}

export type MakeTry<T> = (key: Key) => Try<T>

/** Who is asked what. */
export interface Asked {
  readonly provider: Pick<StartedProvider, 'name' | 'settings' | 'random' | 'breaker' | 'budget' | 'keys' | 'tokens' | 'counters'>
  readonly model: string
}

export interface RetryPlan {
  /** Why the first of these tries is made, when others were made before. */
  readonly why?: Attempt['why'] | undefined
  /** Tries that must be left for the next models of a route. */
  readonly spare?: number
  /** Failures that are not repeated because somebody else knows better what to do. */
  readonly leave?: (failure: ProviderError) => boolean
}

/** Whether a failure is one that a repeat may help. */
export function isWorthRepeating({ kind, retryable }: ProviderError, { retryableErrors }: RetryPolicy): boolean {
  // A verdict against the rule of its kind is about this very failure, so a list of kinds does not overrule it.
  const isSpecial = retryable !== retryableKinds.has(kind)
  return isSpecial || retryableErrors === undefined ? retryable : retryableErrors.has(kind)
}

/**
 * How long to wait before repeat number `repeat` (1 is the first), in milliseconds. Between half and the whole of a delay that grows; what the
 * vendor asks for is a floor.
 */
export function retryDelay(failure: ProviderError, repeat: number, policy: RetryPolicy, random: () => number): number {
  const grown = Math.min(policy.maxDelayMs, policy.baseDelayMs * policy.backoffFactor ** (repeat - 1))
  const asked = failure.retryAfterMs
  const delay = asked === undefined ? grown * (0.5 + random() / 2) : asked + Math.min(asked, grown) * random() * 0.25
  return Math.max(asked === undefined ? 0 : minDelayMs, Math.round(delay))
}

/** Makes one try and records it in `call.attempts`. Throws only `ProviderError`. */
export async function tryOnce<T>(call: Call, { provider, model }: Asked, makeTry: MakeTry<T>, why?: Attempt['why']): Promise<T> {
  const { name, breaker, keys } = provider
  const started = performance.now()
  let made: Try<T> | undefined
  let key: Key | undefined
  let admission: Admission | undefined
  let failure: ProviderError | undefined
  try {
    call.check()
    admission = breaker.admit()
    key = keys.take()
    made = makeTry(key)
    return await made.run()
  } catch (error) {
    failure = toProviderError(error)
    if (key !== undefined) keys.rest(key, failure)
    throw failure
  } finally {
    admission?.report(failure)
    const attempt: Mutable<Attempt> = {
      provider: name,
      model,
      phase: failure === undefined ? 'done' : (made?.phase() ?? 'connect'),
      durationMs: Math.round(performance.now() - started)
    }
    if (failure !== undefined) Object.assign(attempt, wordsOf(failure))
    if (why !== undefined) attempt.why = why
    if (key?.number !== undefined) attempt.key = key.number
    call.record(attempt)
  }
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

function wordsOf({ kind, code, status }: ProviderError): Pick<Attempt, 'kind' | 'code' | 'status'> {
  return { kind, ...(code !== undefined && { code }), ...(status !== undefined && { status }) }
}

/** Tries until one succeeds, the failure is final, or the call ends. All tries of a call share one budget: its `max_retries`. */
export async function withRetry<T>(call: Call, asked: Asked, makeTry: MakeTry<T>, plan: RetryPlan = {}): Promise<T> {
  const { budget, counters } = asked.provider
  let { why } = plan
  let before: ProviderError | undefined
  let renewed = false
  budget.countCall()
  for (let repeat = 1; ; repeat++) {
    try {
      const result = await tryOnce(call, asked, makeTry, why)
      if (before !== undefined) counters.countRetry(before.kind, 'helped')
      return result
    } catch (error) {
      const failure = error as ProviderError
      // What the breaker would tell is what this call has seen itself.
      if (failure.code === 'breaker_open' && before !== undefined) throw before
      const renew = failure.kind === 'auth' && !renewed ? call.renewTokens : undefined
      const next = renew === undefined ? planNext(failure, repeat, call, asked, plan) : withNewTokens
      if (next === undefined) throw failure
      if (renew !== undefined) {
        renewed = true
        await renew()
      } else if (next.why === 'retry' && !budget.take()) {
        counters.retriesRefused++
        throw failure
      }
      why = next.why
      before = failure
      counters.countRetry(failure.kind, 'tried')
      call.recordWait(next.waitMs)
      if (next.waitMs > 0) await call.sleep(next.waitMs)
    }
  }
}

/** A token may end, or be withdrawn, before its time. */
const withNewTokens = { why: 'retry', waitMs: 0 } as const

/** What follows a failed try, if anything does. */
function planNext(
  failure: ProviderError,
  repeat: number,
  call: Call,
  { provider: { settings, keys, random } }: Asked,
  { spare = 0, leave }: RetryPlan
): { readonly why: 'retry' | 'key'; readonly waitMs: number } | undefined {
  // Each key gets its chance, whatever the number of repeats.
  if (keys.canReplace(failure)) return { why: 'key', waitMs: 0 }
  if (leave?.(failure) === true || call.attempts.length + spare > settings.retry.maxRetries) return undefined
  if (!isWorthRepeating(failure, settings.retry) || (failure.code === 'conflict' && repeat > 1)) return undefined
  const waitMs = retryDelay(failure, repeat, settings.retry, random)
  return waitMs < call.remainingMs ? { why: 'retry', waitMs } : undefined
}

/** What a plugin or the host threw, as the one error a caller sees. */
export function toProviderError(error: unknown): ProviderError {
  if (isProviderError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ProviderError('protocol', `The plugin failed: ${message}`, {
    code: 'plugin',
    retryable: false,
    hint: 'This is a fault of the plugin; `resoftai plugin check` may show it.'
  })
}
