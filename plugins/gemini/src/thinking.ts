import type { JsonObject } from '@resoftai/sdk'
import { readGeneration } from './generation.ts'
import type { Warn } from './warn.ts'

/** What Google's own OpenAI address takes the words for, in tokens. */
const budgets: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576]
])
/** Pro models of 2.5 cannot stop thinking. */
const leastProBudget = 128
/** Words of other vendors. */
const harder: ReadonlySet<string> = new Set(['xhigh', 'max'])

/** How hard to think, as `thinkingConfig`: a level from Gemini 3 on, a budget for 2.5 (WIRE.md 10.2). */
export function encodeThinking(effort: string | undefined, model: string, warn: Warn): JsonObject | undefined {
  if (effort === undefined) return undefined
  const generation = readGeneration(model)
  if (generation >= 3) return thinkAtLevel(effort, model, generation, warn)
  if (generation === 2.5) return thinkWithin(effort, model, warn)
  if (effort !== 'none') warn(`The model ${model} is not known to think; \`reasoning_effort\` was left out.`)
  return undefined
}

function thinkAtLevel(effort: string, model: string, generation: number, warn: Warn): JsonObject {
  const lowest = model.includes('-pro') || generation >= 3.7 ? 'low' : 'minimal'
  const level = effort === 'none' || effort === 'minimal' ? lowest : harder.has(effort) ? 'high' : effort
  if (level !== effort) warn(`The model ${model} has no effort "${effort}"; "${level}" was sent.`)
  return { thinkingLevel: level.toUpperCase(), ...(effort !== 'none' && { includeThoughts: true }) }
}

function thinkWithin(effort: string, model: string, warn: Warn): JsonObject | undefined {
  const budget = budgets.get(harder.has(effort) ? 'high' : effort)
  if (budget === undefined) {
    warn(`The model ${model} has no effort "${effort}"; it was left out.`)
    return undefined
  }
  if (harder.has(effort)) warn(`The model ${model} has no effort "${effort}"; "high" was sent.`)
  if (budget > 0) return { thinkingBudget: budget, includeThoughts: true }
  if (!model.includes('-pro')) return { thinkingBudget: 0 }
  warn(`The model ${model} cannot stop thinking; the least it can was sent.`)
  return { thinkingBudget: leastProBudget }
}
