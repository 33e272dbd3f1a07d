import type { Output } from '../output/output.ts'
import { styled } from '../output/piece.ts'

/** Writes an answer piece by piece: the text as it is, the reasoning dim and on a terminal only, one newline at the end. */
export interface AnswerWriter {
  text(text: string): void
  reasoning(text: string): void
  /** Ends the line that is open, so that a note or the prompt of the shell begins on its own. */
  endLine(): void
}

export function createAnswerWriter(output: Output): AnswerWriter {
  const onTerminal = process.stdout.isTTY
  let section: 'text' | 'reasoning' | undefined
  let last = '\n'
  const write = (kind: 'text' | 'reasoning', text: string) => {
    if (text === '') return
    if (section !== undefined && section !== kind) output.text(last === '\n' ? '\n' : '\n\n')
    section = kind
    last = text.at(-1) ?? last
    output.text(kind === 'text' ? text : styled('dim', text))
  }
  return {
    text: text => write('text', text),
    reasoning: text => {
      if (onTerminal) write('reasoning', text)
    },
    endLine() {
      if (last !== '\n') output.text('\n')
      last = '\n'
      section = undefined
    }
  }
}
