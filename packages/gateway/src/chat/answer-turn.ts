import { Agent, failedTurn, type AgentEvent, type AgentResult } from '@resoftai/agent'
import type { ProviderClient } from '@resoftai/core'
import type { Attempt, Message, Usage } from '@resoftai/sdk'
import type { ClientCall } from '../answer/client-call.ts'
import type { Outcome } from '../answer/outcome.ts'
import { agentHost } from './agent-host.ts'
import type { FoundTools } from './find-tools.ts'
import type { ChatAsk } from './read-chat-body.ts'
import { cancelled, conversationBusy, tookTooLong } from './refusals.ts'
import type { Turn } from './turns.ts'

export interface TurnPlan {
  readonly ask: ChatAsk
  /** As it was asked for. */
  readonly model: string
  readonly provider: ProviderClient
  readonly found: FoundTools
  readonly call: ClientCall
  /** Of the request. */
  readonly outcome: Outcome
  /** The conversation so far. */
  readonly conversation: string
  readonly history: readonly Message[]
  readonly turn: Turn
}

export interface TurnAnswer {
  readonly conversation: string
  readonly result: AgentResult
  readonly warnings: readonly string[]
  readonly attempts: readonly Attempt[]
}

/** Is told what happens, as it happens. */
export type Tell = (event: 'status' | 'chunk' | 'tool_call' | 'tool_result', data: object) => Promise<void>

/** Lets an agent answer and keeps what was said, whole: a turn that fails or is cancelled leaves the conversation as it was. */
export async function answerTurn(plan: TurnPlan, tell?: Tell): Promise<TurnAnswer> {
  const { ask, model, provider, found, call, outcome, conversation, history, turn } = plan
  const attempts = outcome.noteTries()
  const warnings = [...found.warnings]
  const agent = new Agent({
    host: agentHost(provider, { ...call.options, session: conversation, attempts }),
    model,
    tools: found.tools,
    history,
    signal: turn.lost,
    ...(ask.agent !== undefined && { role: ask.agent }),
    ...(ask.system !== undefined && { system: ask.system })
  })
  const result = await run(agent, ask.message, call, async event => {
    if (event.type === 'warning') warnings.push(event.message)
    const told = tell === undefined ? undefined : toldOf(event)
    if (told !== undefined) await tell?.(...told)
  })
  if (turn.lost.aborted) throw conversationBusy()
  if (result.stopReason === 'cancelled') throw cancelled()
  if (result.stopReason === 'timeout') throw tookTooLong()
  if (agent.messages.length === history.length) warnings.push('This turn is not kept in the conversation.')
  else if (!(await turn.end(result.messages))) throw conversationBusy()
  return { conversation, result, warnings, attempts }
}

async function run(agent: Agent, message: string, call: ClientCall, see: (event: AgentEvent) => Promise<void>): Promise<AgentResult> {
  let usage: Usage = {}
  try {
    for await (const event of agent.stream(message, { signal: call.signal })) {
      if (event.type !== 'done') await see(event)
      else {
        usage = event.result.usage
        return event.result
      }
    }
    throw new Error('A run ends with `done` or throws.')
  } catch (error) {
    usage = failedTurn(error)?.usage ?? usage
    throw error
  } finally {
    call.spend(usage)
  }
}

/** What a client is told of an event of the agent. */
function toldOf(event: AgentEvent): Parameters<Tell> | undefined {
  switch (event.type) {
    case 'text':
      return ['chunk', { content: event.text }]
    case 'reasoning':
      return ['chunk', { reasoning: event.text }]
    case 'restart':
      return ['status', { state: 'restarted' }]
    case 'tool_call':
      return ['tool_call', { id: event.id, name: event.name, arguments: event.arguments }]
    case 'tool_result':
      return ['tool_result', { id: event.id, name: event.name, content: event.content, is_error: event.isError }]
    default:
      return undefined
  }
}
