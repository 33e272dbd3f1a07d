import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { MessageKey } from '../messages/index.ts'

/** What may stand in a place, for shell completion; a list holds the words themselves. */
export type Completion = 'provider' | 'plugin' | 'route' | 'key' | 'file' | 'directory' | readonly string[]

export interface ArgumentSpec {
  readonly name: string
  readonly required?: boolean
  /** Takes all that follow. */
  readonly many?: boolean
  readonly text: MessageKey
  readonly completes?: Completion
}

export interface OptionSpec {
  /** As commander reads it: `-p, --provider <name>`. */
  readonly flags: string
  readonly text: MessageKey
  /** May be given several times. */
  readonly many?: boolean
  readonly completes?: Completion
}

/** What the user typed, read by name. */
export interface Input {
  readonly args: readonly string[]
  flag(option: string): boolean
  value(option: string): string | undefined
  values(option: string): readonly string[]
}

/** Throws what went wrong; returns another code than 0 only for what is no error but not a success either. */
export type Run = (context: Context, input: Input) => Promise<ExitCode | void>

/** One command; the help, the shell completion and the tests are made from these. */
export interface CommandSpec {
  readonly path: readonly string[]
  readonly text: MessageKey
  readonly args: readonly ArgumentSpec[]
  readonly options: readonly OptionSpec[]
  readonly examples: readonly string[]
  /** Loads the code of this command only. */
  readonly load: () => Promise<Run>
}
