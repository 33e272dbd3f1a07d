import { styleText } from 'node:util'
import { hasColour } from './colour.ts'
import { escapeControls } from './escape.ts'
import { formatJson } from './json.ts'
import { textOf, type Piece } from './piece.ts'

export interface OutputOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes secrets out of everything that is written. */
  readonly redact: (text: string) => string
}

/** The only way to the terminal. Nothing leaves it with a secret or a control character of somebody else. */
export interface Output {
  readonly json: boolean
  readonly quiet: boolean
  /** The one JSON document of the command, when `--json` asks for it. */
  document(value: unknown): void
  /** A line of the answer; nothing with `--json`. */
  line(...pieces: readonly Piece[]): void
  /** A part of the answer, as it comes; nothing with `--json`. */
  text(...pieces: readonly Piece[]): void
  /** A line for a person, beside the answer (stderr). */
  note(...pieces: readonly Piece[]): void
  /** The same, but not with `--quiet` or `--json`. */
  remark(...pieces: readonly Piece[]): void
  /** Styled, escaped and redacted, for what writes to the terminal itself (prompts, the spinner). */
  render(stream: NodeJS.WriteStream, pieces: readonly Piece[]): string
}

export function createOutput({ json, quiet, env, redact }: OutputOptions): Output {
  const render = (stream: NodeJS.WriteStream, pieces: readonly Piece[]) => {
    const colour = hasColour(stream, env)
    return pieces
      .map(piece => {
        const text = escapeControls(redact(textOf(piece)))
        return colour && typeof piece !== 'string' ? styleText(piece.style, text, { validateStream: false }) : text
      })
      .join('')
  }
  const write = (stream: NodeJS.WriteStream, pieces: readonly Piece[]) => void stream.write(render(stream, pieces))
  return {
    json,
    quiet,
    document: value => void process.stdout.write(`${formatJson(value, redact)}\n`),
    line: (...pieces) => json || write(process.stdout, [...pieces, '\n']),
    text: (...pieces) => json || write(process.stdout, pieces),
    note: (...pieces) => write(process.stderr, [...pieces, '\n']),
    remark: (...pieces) => json || quiet || write(process.stderr, [...pieces, '\n']),
    render
  }
}
