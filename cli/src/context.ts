import type { Redactor } from '@resoftai/core'
import type { Interrupts } from './interrupts.ts'
import type { Locale } from './locale.ts'
import type { Translate } from './messages/index.ts'
import type { Output } from './output/output.ts'

/** What a command may use of the world. */
export interface Context {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly locale: Locale
  readonly text: Translate
  readonly output: Output
  readonly interrupts: Interrupts
  /** A person can be asked: both ends are a terminal and no `--json`. */
  readonly interactive: boolean
  readonly debug: boolean
  readonly pluginPaths: readonly string[]
  readonly redactor: Redactor
}
