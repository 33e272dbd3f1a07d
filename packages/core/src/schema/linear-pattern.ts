import { patternProgram, type Step } from './pattern-program.ts'
import { parsePattern, type Place } from './pattern-syntax.ts'

/**
 * A regular expression that says whether a text matches in time linear in the text: it follows all ways at once instead of trying them one
 * after the other, so that no pattern of a stranger can block the process. Throws `SyntaxError`.
 */
export function linearPattern(source: string): { test(text: string): boolean; toString(): string } {
  const program = patternProgram(parsePattern(source))
  // ajv tells expressions apart by their text.
  return { test: text => runs(program, Array.from(text)), toString: () => source }
}

function runs(program: readonly Step[], text: readonly string[]): boolean {
  /** The position at which a step was last reached, so that it is followed once for each character. */
  const reached = new Int32Array(program.length).fill(-1)
  let waiting: number[] = []

  for (let position = 0; position <= text.length; position++) {
    const pending = [...waiting, 0]
    waiting = []
    while (pending.length > 0) {
      const index = pending.pop() as number
      if (reached[index] === position) continue
      reached[index] = position
      const step = program[index] as Step
      if (step.kind === 'match') return true
      if (step.kind === 'go') pending.push(...step.to)
      else if (step.kind === 'assert') {
        if (holds(step.place, text, position)) pending.push(index + 1)
      } else if (position < text.length && step.test(text[position] as string)) waiting.push(index + 1)
    }
  }
  return false
}

function holds(place: Place, text: readonly string[], position: number): boolean {
  if (place === 'start') return position === 0
  if (place === 'end') return position === text.length
  return (isWord(text[position - 1]) !== isWord(text[position])) === (place === 'boundary')
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^\w$/.test(character)
}
