import {
  ProviderError,
  ReplyBuilder,
  type Attempt,
  type ChatEvent,
  type ChatMode,
  type ChatReply,
  type ChatRequest,
  type WireRequest
} from '@resoftai/sdk'
import { tidy } from './answer-error.ts'
import { Call } from './call.ts'
import { toProviderError, withRetry } from './retry.ts'
import { tryReply } from './open-reply.ts'
import { isDialect, type StartedProvider } from './started-provider.ts'

/**
 * One chat, as a straight line: encode, send, read the answer as events until it is finished. Tries that fail before the first content
 * are repeated; after it a failure ends the call with what had arrived in `partial`.
 */
export async function* ask(
  provider: StartedProvider,
  request: ChatRequest,
  mode: ChatMode,
  signal: AbortSignal | undefined,
  attempts: Attempt[] = [],
  seen = new ReplyBuilder(request.model)
): AsyncGenerator<ChatEvent, void, undefined> {
  const { running, settings } = provider
  const call = new Call({ deadlineMs: settings.deadlineMs, signal, attempts, running })
  let outcome: 'finished' | 'failed' | 'left' = 'left'
  let close: (() => void) | undefined
  try {
    call.check()
    const wire = encodeRequest(provider, request, mode)
    for (const message of wire?.warnings ?? []) {
      const warning = { type: 'warning', message } as const
      seen.add(warning)
      yield warning
    }
    const { first, rest } = await withRetry(call, provider, request.model, () => tryReply(provider, request, mode, wire, call))
    close = () => rest.close()
    for (let batch: readonly ChatEvent[] | undefined = first; batch !== undefined; batch = await rest.read()) {
      for (const event of batch) {
        seen.add(event)
        yield event
      }
    }
    outcome = 'finished'
  } catch (error) {
    outcome = 'failed'
    const failure = toProviderError(error)
    if (close !== undefined) spoilLastAttempt(call, failure)
    throw explainFailure(failure, provider, request.model, call.attempts, seen)
  } finally {
    close?.()
    call.end()
    logCall(provider, request.model, call, outcome)
  }
}

/** The try that had succeeded so far broke in the middle of its body. */
function spoilLastAttempt(call: Call, { kind, code }: ProviderError): void {
  const last = call.attempts.pop()
  if (last !== undefined) call.attempts.push({ ...last, phase: 'body', kind, ...(code !== undefined && { code }) })
}

/** The same, whole. */
export async function askWhole(provider: StartedProvider, request: ChatRequest, signal: AbortSignal | undefined): Promise<ChatReply> {
  const mode = isDialect(provider.made) && provider.made.decode !== undefined ? 'whole' : 'stream'
  const attempts: Attempt[] = []
  const seen = new ReplyBuilder(request.model)
  const events = ask(provider, request, mode, signal, attempts, seen)
  while ((await events.next()).done !== true);
  return seen.reply(attempts)
}

function encodeRequest({ made }: StartedProvider, request: ChatRequest, mode: ChatMode): WireRequest | undefined {
  return isDialect(made) ? made.encode(request, mode) : undefined
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

/** A wrong key is looked for where it came from. */
function explainHint({ kind, hint }: ProviderError, { secretOrigins }: StartedProvider): string | undefined {
  if ((kind !== 'auth' && kind !== 'permission') || secretOrigins.length === 0) return hint
  return `${hint ?? ''} It came from ${secretOrigins.join(', ')}.`.trim()
}

function logCall(provider: StartedProvider, model: string, call: Call, outcome: 'finished' | 'failed' | 'left'): void {
  const fields = {
    provider: provider.name,
    model,
    outcome,
    durationMs: Math.round(performance.now() - call.startedAt),
    attempts: call.attempts.length,
    kinds: call.attempts.flatMap(attempt => attempt.kind ?? [])
  }
  // The caller is told of a failure by the error itself.
  provider.log.info('chat', fields)
}
