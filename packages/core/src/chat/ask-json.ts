import type { WireRequest } from '@resoftai/sdk'
import type { CallOptions } from '../client.ts'
import type { ResponseHead } from '../transport/index.ts'
import { explainFailure } from './ask.ts'
import { Call } from './call.ts'
import type { Leg } from './leg.ts'
import { toProviderError, withRetry } from './retry.ts'
import { sayChanges } from './say-changes.ts'
import type { StartedProvider } from './started-provider.ts'
import { tryJson } from './try-json.ts'

export interface JsonQuestion<T> {
  /** For the log. */
  readonly what: string
  /** Empty where no model is asked. */
  readonly model: string
  readonly wire: WireRequest
  readonly decode: (body: unknown) => T
  /** Default: that of the provider. */
  readonly deadlineMs?: number
  /** Is given the head of every answer, that of a failure too. */
  readonly seeHead?: (head: ResponseHead) => void
  /** Opens the books for what costs money. */
  readonly openLeg?: (call: Call) => Promise<Leg>
  /** What is done with the answer while the call lasts. */
  readonly finish?: (answer: T, leg: Leg) => Promise<T>
}

/** One request whose answer is JSON, but no chat: tried again and explained as a chat is. */
export async function askJson<T>(provider: StartedProvider, question: JsonQuestion<T>, options: CallOptions = {}): Promise<T> {
  const { what, model, wire, decode, seeHead, deadlineMs = provider.settings.deadlineMs } = question
  sayChanges(wire, provider, model, options.strict)
  const call = new Call({ deadlineMs, signal: options.signal, running: provider.running })
  let leg: Leg | undefined
  try {
    leg = await question.openLeg?.(call)
    const answer = await withRetry(call, { provider, model }, key => tryJson({ provider, model, wire, decode, seeHead }, call, key))
    return leg === undefined || question.finish === undefined ? answer : await question.finish(answer, leg)
  } catch (error) {
    const failure = toProviderError(error)
    await leg?.fail(failure, '')
    throw explainFailure(failure, provider, model === '' ? undefined : model, call.attempts)
  } finally {
    call.end()
    options.attempts?.push(...call.attempts)
    provider.log.info(what, {
      provider: provider.name,
      durationMs: Math.round(performance.now() - call.startedAt),
      attempts: call.attempts.length
    })
  }
}
