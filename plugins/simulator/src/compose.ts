import type { ChatRequest, Tool, ToolCall } from '@resoftai/sdk'
import { readTurn, type Turn } from './conversation.ts'
import type { DirectedCall, Directives } from './directives.ts'
import type { Behaviour } from './model.ts'
import { listResults, phrasesFor, shorten } from './phrases.ts'
import { sampleValue } from './sample-value.ts'

/** What is said, before it is cut into events. */
export interface Composition {
  readonly reasoning: string
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
}

/** Directives win over what the model would say. Called tools are not called again once their results are there. */
export function compose(request: ChatRequest, behaviour: Behaviour, directives: Directives): Composition {
  const turn = readTurn(request)
  const toolCalls = composeCalls(request, behaviour, directives, turn)
  const thoughts = behaviour === 'reasoning' ? phrasesFor(turn.question).thoughts(shorten(turn.question)) : ''
  return {
    reasoning: directives.reasoning ?? thoughts,
    text: directives.text ?? (toolCalls.length > 0 ? '' : composeText(request, behaviour, turn)),
    toolCalls
  }
}

function composeText(request: ChatRequest, behaviour: Behaviour, turn: Turn): string {
  const phrases = phrasesFor(turn.question)
  if (turn.results.length > 0) return phrases.results(listResults(turn))
  if (behaviour === 'tools') return phrases.noTools
  if (behaviour === 'echo') return `[simulator] ${turn.question}`
  const canned = phrases.canned(shorten(turn.question) || phrases.nothing)
  const { responseFormat } = request
  if (responseFormat?.type === 'json_schema') return JSON.stringify(sampleValue(responseFormat.schema))
  return responseFormat?.type === 'json' ? JSON.stringify({ answer: canned }) : canned
}

function composeCalls(request: ChatRequest, behaviour: Behaviour, directives: Directives, turn: Turn): ToolCall[] {
  const number = (call: DirectedCall, index: number): ToolCall => ({
    id: call.id ?? `call_${turn.callCount + index + 1}`,
    name: call.name,
    arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments ?? {})
  })
  if (directives.toolCalls !== undefined) return turn.results.length > 0 ? [] : directives.toolCalls.map(number)
  if (behaviour !== 'tools') return []
  const pending = offeredTools(request).filter(tool => !turn.calls.some(call => call.name === tool.name))
  const now = request.parallelToolCalls === false ? pending.slice(0, 1) : pending
  return now.map(tool => ({ name: tool.name, arguments: tool.parameters === undefined ? {} : sampleValue(tool.parameters) })).map(number)
}

function offeredTools({ tools = [], toolChoice = 'auto' }: ChatRequest): readonly Tool[] {
  if (toolChoice === 'none') return []
  return typeof toolChoice === 'string' ? tools : tools.filter(tool => tool.name === toolChoice.name)
}
