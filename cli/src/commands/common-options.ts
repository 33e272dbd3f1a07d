import type { OptionSpec } from './spec.ts'

/** Options of every command. */
export const commonOptions: readonly OptionSpec[] = [
  { flags: '--json', text: 'option.json' },
  { flags: '--plugin <directory>', text: 'option.plugin', many: true, completes: 'directory' },
  { flags: '--debug', text: 'option.debug' }
]
