import { kindOf, nextState, startState, tokensOf } from './automaton.ts'

/**
 * About how many tokens a text has, not rounded. One pass of an automaton without branches, so that it takes as long for any text of a length,
 * and nothing is allocated.
 */
export function estimateText(text: string): number {
  let tokens = 0
  let state = startState
  for (let index = 0; index < text.length; index++) {
    const at = state + kindOf[text.charCodeAt(index)]!
    tokens += tokensOf[at]!
    state = nextState[at]!
  }
  return tokens
}
