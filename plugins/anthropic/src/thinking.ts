import type { ChatRequest } from '@resoftai/sdk'
import type { Warn } from './content.ts'
import type { ModelTraits } from './model-traits.ts'

interface Circumstances {
  readonly traits: ModelTraits
  readonly maxTokens: number
  /** Why no budget can be given, as the end of a sentence. */
  readonly obstacle: string | undefined
}

type Asked = Pick<ChatRequest, 'model' | 'reasoningEffort'>

export interface Thinking {
  /** `default`: nothing was asked for. */
  readonly mode: 'default' | 'adaptive' | 'budget'
  readonly thinking?: unknown
  readonly effort?: string
}

const unasked: Thinking = { mode: 'default' }

/** How much of `max_tokens` an effort may think, where it must be said in tokens. */
const shares: ReadonlyMap<string, number> = new Map([
  ['minimal', 0.1],
  ['low', 0.2],
  ['medium', 0.5],
  ['high', 0.8],
  ['xhigh', 0.9],
  ['max', 0.9]
])

/** WIRE.md 9.2. */
const leastBudget = 1024

/** A reasoning effort in the words of the model. */
export function encodeThinking({ model, reasoningEffort: effort }: Asked, circumstances: Circumstances, warn: Warn): Thinking {
  const { traits } = circumstances
  if (effort === undefined) return unasked
  if (effort === 'none') return switchOff(model, traits, warn)
  if (traits.thinking === 'none') return leaveOut(`${model} cannot think`, warn)
  return traits.thinking === 'adaptive' ? adapt(effort, model, traits, warn) : giveBudget(effort, model, circumstances, warn)
}

function switchOff(model: string, { thinking, alwaysThinks = false }: ModelTraits, warn: Warn): Thinking {
  if (thinking === 'none') return unasked
  if (!alwaysThinks) return { mode: 'default', thinking: { type: 'disabled' } }
  warn(`${model} always thinks; it was asked to think little.`)
  return { mode: 'default', effort: 'low' }
}

/** Words that are not known here are the vendor's to judge. Newer models think in silence unless a summary is asked for. */
function adapt(asked: string, model: string, { hasXhigh = false }: ModelTraits, warn: Warn): Thinking {
  const effort = asked === 'minimal' ? 'low' : asked === 'xhigh' && !hasXhigh ? 'high' : asked
  if (effort !== asked) warn(`${model} knows no effort \`${asked}\`; \`${effort}\` was sent.`)
  return { mode: 'adaptive', thinking: { type: 'adaptive', display: 'summarized' }, effort }
}

function giveBudget(effort: string, model: string, { maxTokens, obstacle }: Circumstances, warn: Warn): Thinking {
  const share = shares.get(effort)
  if (share === undefined) return leaveOut(`${model} knows no effort \`${effort}\``, warn)
  if (obstacle !== undefined) return leaveOut(obstacle, warn)
  if (maxTokens <= leastBudget) return leaveOut(`${maxTokens} tokens are too few to think`, warn)
  return { mode: 'budget', thinking: { type: 'enabled', budget_tokens: Math.max(Math.floor(maxTokens * share), leastBudget) } }
}

function leaveOut(reason: string, warn: Warn): Thinking {
  warn(`The reasoning effort was left out: ${reason}.`)
  return unasked
}
