import type { ChatEvent, ChatMode, FinishReason, ProviderError, ReplyBuilder } from '@resoftai/sdk'
import type { Call } from './call.ts'
import { Leg, type Caller } from './leg.ts'
import { tryReply, type ReplyRequest } from './open-reply.ts'
import type { ReplyReader } from './reply-reader.ts'
import { continueWith } from './rescue.ts'
import { toProviderError, tryOnce, withRetry } from './retry.ts'
import type { Target } from './route.ts'
import { sayChanges } from './say-changes.ts'
import { nothingShown, outputOf, shownOf, type Shown } from './shown.ts'
import { isDialect } from './started-provider.ts'

export interface RouteReading {
  /** Asked in this order; a single provider is a route of one. */
  readonly targets: readonly Target[]
  readonly mode: ChatMode
  readonly call: Call
  /** What the caller has seen of the reply. */
  readonly seen: ReplyBuilder
  /** Whether a begun reply may be made void by a `restart`; default: only after a stall. */
  readonly restart: boolean | undefined
  /** Default: that of each provider. */
  readonly strict: boolean | undefined
  readonly caller: Caller
}

/**
 * The reply of the first target that can give one. A stream that stalls is asked for once more, whole; then the next target is asked. After
 * content only a `restart` lets another reply follow.
 */
export class RouteReader implements ReplyReader {
  #reading: RouteReading
  #index = 0
  #rescued = false
  /** Why what was shown is void, until the caller is told. */
  #void: string | undefined
  #reader: ReplyReader | undefined
  #finished = false
  #leg: Leg | undefined
  /** How much of what the caller has seen is older than this leg. */
  #older: Shown = nothingShown

  constructor(reading: RouteReading) {
    this.#reading = reading
  }

  /** Who is asked now. */
  get target(): Target {
    return this.#reading.targets[this.#index]!
  }

  read(): Promise<readonly ChatEvent[] | undefined> {
    if (this.#finished) return Promise.resolve(undefined)
    const reading = this.#reader === undefined ? this.#open() : this.#reader.read()
    return reading.catch(this.#onFailure)
  }

  #onFailure = (error: unknown): Promise<readonly ChatEvent[]> => this.#recover(toProviderError(error))

  close(): void {
    this.#reader?.close()
    this.#reader = undefined
  }

  /** What the host adds before the finish of a reply. */
  async finish(reason: FinishReason): Promise<readonly ChatEvent[]> {
    return (await this.#leg?.finish(reason, this.#reading.seen)) ?? none
  }

  /** The reply ends otherwise. */
  async leave(failure: ProviderError): Promise<void> {
    await this.#leg?.fail(failure, outputOf(this.#reading.seen, this.#older))
  }

  async #open(): Promise<readonly ChatEvent[]> {
    const { call, mode, targets } = this.#reading
    const { provider, request } = this.target
    const asked = await this.#prepare(mode)
    const { first, rest } = await withRetry(call, { provider, model: request.model }, key => tryReply(asked, call, key), {
      spare: targets.length - 1 - this.#index,
      leave: failure => this.#canRescue(failure) || (this.#next(failure) !== undefined && asksToWait(failure)),
      why: this.#index > 0 ? 'fallback' : undefined
    })
    this.#reader = rest
    const before = [...this.#takeRestart(), ...warningsOf(asked), ...asked.leg.warnings]
    return before.length === 0 ? first : [...before, ...first]
  }

  async #recover(failure: ProviderError): Promise<readonly ChatEvent[]> {
    const { call } = this.#reading
    if (this.#reader !== undefined) call.spoil(failure)
    this.close()
    await this.leave(failure)
    if (call.isOver) throw failure
    if (this.#canRescue(failure)) {
      const events = await this.#rescue()
      if (events !== undefined) return events
    }
    return this.#fallBack(failure)
  }

  /** The next targets of the route, until one answers. */
  async #fallBack(failure: ProviderError): Promise<readonly ChatEvent[]> {
    const next = this.#reading.call.isOver ? undefined : this.#next(failure)
    const { provider } = this.target
    if (next === undefined) throw failure
    if (this.#hasShown && this.#void === undefined) {
      if (!this.#mayRestart(failure)) throw failure
      this.#void = `${provider.name} failed: ${failure.kind}`
    }
    provider.counters.countFallback(failure.kind)
    provider.log.info('fallback', { provider: provider.name, kind: failure.kind, code: failure.code })
    this.#index = next
    this.#rescued = false
    try {
      return await this.#open()
    } catch (error) {
      return this.#recover(toProviderError(error))
    }
  }

  /** `undefined` when it did not help; the stall then stays what went wrong. */
  async #rescue(): Promise<readonly ChatEvent[] | undefined> {
    const { call, seen, restart } = this.#reading
    const { provider, request } = this.target
    const { rescues } = provider.counters
    this.#rescued = true
    rescues.tried++
    let reader: ReplyReader | undefined
    try {
      const asked = patient(await this.#prepare('whole'))
      const opened = await tryOnce(call, { provider, model: request.model }, key => tryReply(asked, call, key), 'rescue')
      reader = opened.rest
      const events = [...opened.first]
      for (let batch; (batch = await reader.read()) !== undefined;) events.push(...batch)
      const continued = continueWith(events, seen.partial(), restart !== false)
      if (continued === undefined) return undefined
      if (continued[0]?.type === 'restart') this.#older = nothingShown
      rescues.helped++
      this.#finished = true
      return continued
    } catch (error) {
      await this.leave(toProviderError(error))
      if (call.isOver) throw error
      return undefined
    } finally {
      reader?.close()
    }
  }

  #takeRestart(): readonly ChatEvent[] {
    const reason = this.#void
    this.#void = undefined
    if (reason !== undefined) this.#older = nothingShown
    return reason === undefined ? none : [{ type: 'restart', reason }]
  }

  /** Holds what the reply may cost, and says it in the vendor's words. */
  async #prepare(wanted: ChatMode): Promise<ReplyRequest> {
    const { call, seen, caller, strict } = this.#reading
    const { provider, request } = this.target
    const { made, settings } = provider
    const limits = settings.limitsOf(request.model)
    const mode = isDialect(made) && made.decode === undefined ? 'stream' : wanted
    const wire = isDialect(made) ? made.encode(request, mode) : undefined
    if (wire !== undefined) sayChanges(wire, provider, request.model, strict)
    const leg = await Leg.open({ provider, request, url: wire?.url, call, caller })
    this.#leg = leg
    this.#older = shownOf(seen)
    const limited = leg.request === request || !isDialect(made) ? wire : made.encode(leg.request, mode)
    // Repeats of one request carry one key, so that a vendor that knows it answers, and charges, once.
    const sent = limited && { ...limited, headers: { 'idempotency-key': leg.id, ...limited.headers } }
    // The reply that helps a stream out is cut to what was not shown of it, so it is no longer as it came.
    const isRelayed = request.written !== undefined && mode === this.#reading.mode
    return { provider, request: leg.request, mode, wire: sent, limits, leg, isRelayed }
  }

  #canRescue({ kind }: ProviderError): boolean {
    const { made, settings } = this.target.provider
    return (
      kind === 'stalled' &&
      this.#reading.mode === 'stream' &&
      !this.#rescued &&
      settings.fallbackToNonstream &&
      isDialect(made) &&
      made.decode !== undefined
    )
  }

  get #hasShown(): boolean {
    const { text, reasoning, toolCalls } = this.#reading.seen.partial()
    return text !== '' || reasoning !== '' || toolCalls > 0
  }

  #mayRestart({ kind }: ProviderError): boolean {
    const { restart } = this.#reading
    return restart === true || (restart === undefined && kind === 'stalled')
  }

  /** The target to ask after this failure. */
  #next({ kind }: ProviderError): number | undefined {
    const { targets } = this.#reading
    const found = targets.findIndex(({ after }, index) => index > this.#index && after.has(kind))
    return found === -1 ? undefined : found
  }
}

const none: readonly ChatEvent[] = []

/** A whole reply begins only when the vendor has all of it. */
function patient(asked: ReplyRequest): ReplyRequest {
  const { limits } = asked
  return { ...asked, limits: { ...limits, timeoutMs: limits.timeoutMs + limits.stallTimeoutMs } }
}

function warningsOf({ wire }: ReplyRequest): readonly ChatEvent[] {
  return wire?.warnings === undefined ? none : wire.warnings.map(message => ({ type: 'warning', message }))
}

/** Somebody else may answer meanwhile. */
function asksToWait({ kind, retryAfterMs }: ProviderError): boolean {
  return kind === 'rate_limit' || retryAfterMs !== undefined
}
