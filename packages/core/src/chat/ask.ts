import { ProviderError, ReplyBuilder, type Attempt, type ChatEvent, type ChatMode, type ChatReply } from '@resoftai/sdk'
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

/**
 * One chat, as a straight line: ask the first target, read its answer as events until it is finished. Tries that fail before the first content
 * are repeated, and what a `RouteReader` can do after it is done; else a failure ends the call with what had arrived in `partial`.
 */
export async function* ask(
  targets: Targets,
  mode: ChatMode,
  { signal, restart, strict, attempts, agent, key, budgets }: CallOptions = {},
  seen = new ReplyBuilder(targets[0].request.model)
): AsyncGenerator<ChatEvent, void, undefined> {
  const [{ provider, request }] = targets
  const { deadlineMs } = provider.settings.limitsOf(request.model)
  const call = new Call({ deadlineMs, signal, running: provider.running })
  const reader = new RouteReader({ targets, mode, call, seen, restart, strict, caller: { agent, key, budgets } })
  const tell = tellTries(call.attempts, attempts)
  let isBegun = false
  let failure: ProviderError | undefined
  let finished = false
  try {
    call.check()
    for (let batch; (batch = await reader.read()) !== undefined;) {
      if (!isBegun) tell()
      isBegun = true
      for (const event of batch) {
        // Only the host knows what a reply costs.
        if (event.type === 'cost') continue
        seen.add(event)
        const finish = finishOf(event)
        if (finish !== undefined) {
          for (const last of await reader.finish(finish.reason)) {
            seen.add(last)
            yield last
          }
        }
        yield event
      }
    }
    finished = true
  } catch (error) {
    failure = toProviderError(error)
    throw explainFailure(failure, reader.target.provider, reader.target.request.model, call.attempts, seen)
  } finally {
    reader.close()
    if (!finished) await reader.leave(failure ?? cancelled())
    call.end()
    tell()
    noteEnd(reader.target, call, finished ? 'finished' : failure === undefined || failure.kind === 'cancelled' ? 'cancelled' : failure.kind)
  }
}

/** The same, whole. */
export async function askWhole(targets: Targets, options: CallOptions = {}): Promise<ChatReply> {
  const [{ provider, request }] = targets
  const mode = isDialect(provider.made) && provider.made.decode !== undefined ? 'whole' : 'stream'
  const attempts: Attempt[] = []
  const seen = new ReplyBuilder(request.model)
  // Nobody sees the reply before its end, so it may begin again.
  const events = ask(targets, mode, { restart: true, ...options, attempts }, seen)
  let written: string | undefined
  try {
    for await (const event of events) if (event.type === 'frame') written = event.data
    return { ...seen.reply(attempts), ...(written !== undefined && { written }) }
  } finally {
    options.attempts?.push(...attempts)
  }
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
