import { isProviderError, ProviderError, type Attempt } from '@resoftai/sdk'
import type { Call } from './call.ts'
import type { StartedProvider } from './started-provider.ts'

export interface RetryPolicy {
  /** Tries after the first. */
  readonly maxRetries: number
  readonly baseDelayMs: number
  readonly maxDelayMs: number
}

const defaultDelays = { baseDelayMs: 500, maxDelayMs: 8_000 } as const

/** A vendor's 0 must not become a busy loop (FAULTS.md H17). */
const minDelayMs = 100

/** One try: does the work, and says how far it came when it fails. */
export interface Try<T> {
  readonly run: () => Promise<T>
  readonly phase: () => Attempt['phase']
}

/**
 * How long to wait before try number `next` (2 is the first repeat), or `undefined` when the failure is final. Full jitter between half and the
 * whole of an exponential delay; what the vendor asks for is a floor, and final when it does not fit into the time that is left.
 */
export function retryDelay(
  failure: ProviderError,
  next: number,
  policy: RetryPolicy,
  remainingMs: number,
  random: () => number
): number | undefined {
  if (!failure.retryable || next > policy.maxRetries + 1) return undefined
  const exponential = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (next - 2))
  const asked = failure.retryAfterMs
  const delay = asked === undefined ? exponential * (0.5 + random() / 2) : asked + Math.min(asked, exponential) * random() * 0.25
  const wait = Math.max(minDelayMs, Math.round(delay))
  return wait < remainingMs ? wait : undefined
}

/** Runs `makeTry` until one succeeds, the failure is final, or the call ends. Each try is recorded in `call.attempts`. */
export async function withRetry<T>(
  call: Call,
  { name, settings, random }: Pick<StartedProvider, 'name' | 'settings' | 'random'>,
  model: string,
  makeTry: () => Try<T>
): Promise<T> {
  const names = { provider: name, model }
  const policy = { maxRetries: settings.maxRetries, ...defaultDelays }
  for (let number = 1; ; number++) {
    call.check()
    const started = performance.now()
    const attempt = makeTry()
    try {
      const result = await attempt.run()
      call.attempts.push({ ...names, phase: 'done', durationMs: elapsed(started) })
      return result
    } catch (error) {
      const failure = toProviderError(error)
      const waitMs = retryDelay(failure, number + 1, policy, call.remainingMs, random)
      const { kind, code, status } = failure
      call.attempts.push({
        ...names,
        phase: attempt.phase(),
        kind,
        ...(code !== undefined && { code }),
        ...(status !== undefined && { status }),
        durationMs: elapsed(started),
        ...(waitMs !== undefined && { waitMs })
      })
      if (waitMs === undefined) throw failure
      await call.sleep(waitMs)
    }
  }
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

function elapsed(started: number): number {
  return Math.round(performance.now() - started)
}
