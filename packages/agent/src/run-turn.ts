import { ProviderError, ReplyBuilder, type ChatReply, type Message, type Tool } from '@resoftai/sdk'
import { answerCalls } from './answer-calls.ts'
import type { AgentEvent } from './event.ts'
import type { AgentAsk, AgentProvider } from './host.ts'
import { judgeCalls } from './judge-calls.ts'
import type { RequestFields, RunLimits } from './options.ts'
import { readReply } from './read-reply.ts'
import type { StopReason } from './result.ts'
import type { RunLimit } from './run-limit.ts'
import type { Toolbox } from './toolbox.ts'
import type { Turn } from './turn.ts'

export interface RunPlan {
  /** Finds the provider and compiles the tools; nothing is sent before. */
  readonly prepare: () => Promise<readonly [AgentProvider, Toolbox]>
  readonly model: string | undefined
  /** Its role, for budgets and the ledger. */
  readonly agent: string | undefined
  /** What goes before the turn: the system prompt and the conversation. */
  readonly before: readonly Message[]
  readonly request: RequestFields
  readonly limits: RunLimits
}

/** Ask, run tools, ask again. What is done is written into `turn` as it happens; a provider's failure is thrown as it is. */
export async function* runTurn(plan: RunPlan, turn: Turn, limit: RunLimit): AsyncGenerator<AgentEvent, StopReason> {
  try {
    if (limit.stopReason !== undefined) return limit.stopReason
    const [provider, toolbox] = await limit.race(plan.prepare())
    turn.model = plan.model ?? provider.defaultModel ?? ''
    for (let step = 1; ; step++) {
      yield { type: 'step', step }
      if (limit.stopReason !== undefined) return limit.stopReason
      const stopReason = yield* runStep({ step, plan, provider, toolbox, turn, limit })
      if (stopReason !== undefined) return stopReason
    }
  } catch (error) {
    if (limit.stopReason !== undefined) return limit.stopReason
    throw error
  }
}

interface StepPlan {
  readonly step: number
  readonly plan: RunPlan
  readonly provider: AgentProvider
  readonly toolbox: Toolbox
  readonly turn: Turn
  readonly limit: RunLimit
}

/** `undefined`: tools have answered, and the model shall go on. */
async function* runStep({ step, plan, provider, toolbox, turn, limit }: StepPlan): AsyncGenerator<AgentEvent, StopReason | undefined> {
  const { agent } = plan
  const events = provider.stream(toAsk(step, plan, toolbox, turn), { signal: limit.signal, ...(agent !== undefined && { agent }) })
  const builder = new ReplyBuilder(turn.model)
  turn.begin(builder)
  const reply = yield* readReply(events, builder, limit)
  if (reply.finishReason === 'error') throw endedByError(reply)
  const stopReason = judgeReply(reply, step, plan.limits)
  const calls = judgeCalls(reply.toolCalls, toolbox, blockedBy(stopReason, plan.limits))
  const keep = turn.add(
    reply,
    calls.map(call => call.echo)
  )
  if (Object.keys(reply.usage).length > 0) yield { type: 'usage', usage: reply.usage, total: turn.usage }
  if (stopReason === 'finished' && reply.content === '') yield { type: 'warning', message: 'The model ended its reply without a text.' }
  yield* answerCalls(calls, limit, plan.limits, keep)
  return stopReason
}

function toAsk(step: number, { model, before, request }: RunPlan, toolbox: Toolbox, turn: Turn): AgentAsk {
  const tools = [...toolbox.values()].map(({ tool: { name, description, parameters, strict } }): Tool => ({
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
    ...(strict !== undefined && { strict })
  }))
  const forced = request.toolChoice !== undefined && request.toolChoice !== 'auto' && request.toolChoice !== 'none'
  return {
    ...request,
    // A call that is forced in every step would never let the model answer.
    ...(forced && step > 1 && { toolChoice: 'auto' }),
    ...(model !== undefined && { model }),
    messages: [...before, ...turn.messages()],
    ...(tools.length > 0 && { tools })
  }
}

function judgeReply({ finishReason, toolCalls }: ChatReply, step: number, { maxSteps }: RunLimits): StopReason | undefined {
  if (finishReason === 'length' || finishReason === 'content_filter') return finishReason
  if (toolCalls.length === 0) return 'finished'
  return step >= maxSteps ? 'max_steps' : undefined
}

/** Why the calls of a reply that ends the run are not run: nobody would read their results. */
function blockedBy(stopReason: StopReason | undefined, { maxSteps }: RunLimits): string | undefined {
  if (stopReason === 'length') return 'Not run: the reply was cut by its token limit.'
  if (stopReason === 'content_filter') return 'Not run: the reply was held back by a content filter.'
  return stopReason === undefined ? undefined : `Not run: the limit of ${maxSteps} steps is reached.`
}

function endedByError({ content, usage, rawFinishReason, model }: ChatReply): ProviderError {
  return new ProviderError('server', 'The provider ended its reply with an error.', {
    partial: content,
    usage,
    vendorCode: rawFinishReason,
    model
  })
}
