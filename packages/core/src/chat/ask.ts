import { ProviderError, ReplyBuilder, type Attempt, type ChatEvent, type ChatMode, type ChatReply, type FinishReason } from '@resoftai/sdk'
import type { CallOptions } from '../client.ts'
import { tidy } from './answer-error.ts'
import { Call, cancelled } from './call.ts'
import { finishOf } from './finish-hold.ts'
import { toProviderError } from './retry.ts'
import { RouteReader } from './route-reader.ts'
import type { Target } from './route.ts'
import { isDialect, type StartedProvider } from './started-provider.ts'
import { tellTries } from './tell-tries.ts'

export type Targets = readonly [Target, ...Target[]]

const none: readonly ChatEvent[] = []

/** One chat: the tries, the books and the clock of a call, for whoever passes its events on or joins them. */
class Asking {
  readonly seen: ReplyBuilder
  readonly call: Call
  readonly #reader: RouteReader
  #held: readonly ChatEvent[] = none
  /** Of those that are held. */
  #taken = 0
  #hasSaidLast = false
  #isFinished = false
  #failure: ProviderError | undefined

  constructor(targets: Targets, mode: ChatMode, { signal, restart, strict, agent, key, budgets }: CallOptions) {
    const [{ provider, request }] = targets
    const seen = new ReplyBuilder(request.model)
    this.seen = seen
    const { deadlineMs } = provider.settings.limitsOf(request.model)
    const call = new Call({ deadlineMs, signal, running: provider.running })
    this.call = call
    this.#reader = new RouteReader({ targets, mode, call, seen, restart, strict, caller: { agent, key, budgets } })
  }

  /** The next events, for `hold`. */
  read(): Promise<readonly ChatEvent[] | undefined> {
    return this.#reader.read()
  }

  /** Notes events, which are then taken one by one, so that who waits for more holds none of them. False behind the last. */
  hold(events: readonly ChatEvent[] | undefined): boolean {
    if (events === undefined) return false
    // Only the host knows what a reply costs.
    this.#held = events.filter(({ type }) => type !== 'cost')
    for (const event of this.#held) this.seen.add(event)
    return true
  }

  get holdsAny(): boolean {
    return this.#held.length > 0
  }

  /** Before a finish the host has something to say, which is then taken first. */
  sayLast(): Promise<void> | undefined {
    const finish = finishOf(this.#held[this.#taken]!)
    return finish === undefined || this.#hasSaidLast ? undefined : this.#sayLast(finish.reason)
  }

  async #sayLast(reason: FinishReason): Promise<void> {
    this.#hasSaidLast = true
    const last = await this.#reader.finish(reason)
    for (const event of last) this.seen.add(event)
    this.#held = this.#held.toSpliced(this.#taken, 0, ...last)
  }

  take(): ChatEvent {
    const event = this.#held[this.#taken++]!
    if (this.#taken === this.#held.length) {
      this.#held = none
      this.#taken = 0
    }
    return event
  }

  /** All of it was read. */
  finished(): void {
    this.#isFinished = true
  }

  /** What a caller is told of a failure. */
  fail(error: unknown): ProviderError {
    this.#failure = toProviderError(error)
    const { provider, request } = this.#reader.target
    return explainFailure(this.#failure, provider, request.model, this.call.attempts, this.seen)
  }

  /** Whether it came to its end, failed, or was left. */
  async end(): Promise<void> {
    this.#reader.close()
    if (!this.#isFinished) await this.#reader.leave(this.#failure ?? cancelled())
    this.call.end()
    noteEnd(this.#reader.target, this.call, this.#isFinished ? 'finished' : (this.#failure?.kind ?? 'cancelled'))
  }
}

/**
 * Asks the first target and reads its answer as events until it is finished. Tries that fail before the first content are repeated, and what a
 * `RouteReader` can do after it is done; else a failure ends the call with what had arrived in `partial`.
 */
export async function* ask(targets: Targets, mode: ChatMode, options: CallOptions = {}): AsyncGenerator<ChatEvent, void, undefined> {
  const asking = new Asking(targets, mode, options)
  const tell = tellTries(asking.call.attempts, options.attempts)
  let isBegun = false
  try {
    asking.call.check()
    while (asking.hold(await asking.read())) {
      if (!isBegun) tell()
      isBegun = true
      while (asking.holdsAny) {
        const saying = asking.sayLast()
        if (saying !== undefined) await saying
        yield asking.take()
      }
    }
    asking.finished()
  } catch (error) {
    throw asking.fail(error)
  } finally {
    await asking.end()
    tell()
  }
}

/** The same, whole. */
export async function askWhole(targets: Targets, options: CallOptions = {}): Promise<ChatReply> {
  const [{ provider }] = targets
  const mode = isDialect(provider.made) && provider.made.decode !== undefined ? 'whole' : 'stream'
  // Nobody sees the reply before its end, so it may begin again.
  const asking = new Asking(targets, mode, { restart: true, ...options })
  const { attempts } = asking.call
  let written: string | undefined
  try {
    asking.call.check()
    while (asking.hold(await asking.read())) {
      while (asking.holdsAny) {
        const saying = asking.sayLast()
        if (saying !== undefined) await saying
        const event = asking.take()
        if (event.type === 'frame') written = event.data
      }
    }
    asking.finished()
  } catch (error) {
    throw asking.fail(error)
  } finally {
    await asking.end()
    options.attempts?.push(...attempts)
  }
  const reply = asking.seen.reply(attempts)
  return written === undefined ? reply : { ...reply, written }
}

/** Every error leaves here with who was asked, what had arrived, and no secret in its words. */
export function explainFailure(
  failure: ProviderError,
  provider: StartedProvider,
  model: string | undefined,
  attempts: readonly Attempt[],
  seen?: ReplyBuilder
): ProviderError {
  const { text = '', usage = {} } = seen?.partial() ?? {}
  const scrub = (words: string | undefined) => (words === undefined ? undefined : tidy(provider.redactor.scrub(words)))
  return failure.with({
    message: scrub(failure.message) ?? '',
    hint: scrub(explainHint(failure, provider)),
    vendorCode: scrub(failure.vendorCode),
    requestId: scrub(failure.requestId),
    provider: provider.name,
    model: failure.model ?? model,
    attempts,
    ...(text !== '' && { partial: text }),
    ...(Object.keys(usage).length > 0 && { usage })
  })
}

/** A wrong key is looked for where it came from; a stall that could not be helped says why. */
function explainHint({ kind, status, hint = '' }: ProviderError, { secretOrigins, made }: StartedProvider): string | undefined {
  const isRefusal = status !== undefined && (kind === 'auth' || kind === 'permission')
  if (isRefusal && secretOrigins.length > 0) return `${hint} It came from ${secretOrigins.join(', ')}.`.trim()
  if (kind === 'stalled' && (!isDialect(made) || made.decode === undefined))
    return `${hint} This API only streams, so the reply could not be asked for whole.`.trim()
  return hint === '' ? undefined : hint
}

function noteEnd({ provider, request }: Target, { startedAt, attempts }: Call, outcome: 'finished' | ProviderError['kind']): void {
  const { counters, log, name } = provider
  if (outcome === 'finished' || outcome === 'cancelled') counters[outcome]++
  else counters.countFailure(outcome)
  // The caller is told of a failure by the error itself.
  log.info('chat', {
    provider: name,
    model: request.model,
    outcome,
    durationMs: Math.round(performance.now() - startedAt),
    attempts
  })
}
