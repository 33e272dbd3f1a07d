import type { ReplyBuilder } from '@resoftai/sdk'

/** How much of a reply the caller has seen. */
export interface Shown {
  readonly text: number
  readonly reasoning: number
  readonly toolCalls: number
}

export const nothingShown: Shown = { text: 0, reasoning: 0, toolCalls: 0 }

export function shownOf(seen: ReplyBuilder): Shown {
  const { text, reasoning, toolCalls } = seen.partial()
  return { text: text.length, reasoning: reasoning.length, toolCalls }
}

/** All that a model wrote, behind what was there before. */
export function outputOf(seen: ReplyBuilder, before = nothingShown): string {
  const { text, reasoning } = seen.partial()
  const calls = seen.toolCalls().slice(before.toolCalls)
  return [reasoning.slice(before.reasoning), text.slice(before.text), ...calls.map(call => `${call.name}${call.arguments}`)].join('')
}
