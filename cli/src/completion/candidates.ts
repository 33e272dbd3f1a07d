import { commonOptions } from '../commands/common-options.ts'
import type { Completion, OptionSpec } from '../commands/spec.ts'
import { commands } from '../commands/table.ts'
import type { MessageKey } from '../messages/index.ts'

/** What may stand at the cursor: words with what they mean, or a kind of name that has to be looked up. */
export type Candidates =
  | readonly { readonly word: string; readonly text?: MessageKey }[]
  | 'provider'
  | 'plugin'
  | 'route'
  | 'key'
  | 'file'
  | 'directory'

/** `words` is what was typed behind the program's name; the last one, perhaps empty, is under the cursor. Pure. */
export function findCandidates(words: readonly string[]): Candidates {
  const before = words.slice(0, -1)
  const current = words.at(-1) ?? ''
  const command = commands
    .filter(({ path }) => path.every((word, index) => before[index] === word))
    .toSorted((one, other) => other.path.length - one.path.length)[0]
  if (command === undefined) return nextWords(before)
  const options = [...command.options, ...commonOptions]
  const asked = options.find(option => takesValue(option) && namesOf(option).includes(before.at(-1) ?? ''))
  if (asked !== undefined) return listed(asked.completes)
  if (current.startsWith('-'))
    return [...options.map(option => ({ word: namesOf(option).at(-1) ?? '', text: option.text })), { word: '--help', text: 'option.help' }]
  const subcommands = nextWords(before)
  if (subcommands.length > 0) return subcommands
  const given = positionals(before.slice(command.path.length), options)
  const argument = command.args[given] ?? command.args.findLast(({ many }) => many === true)
  return listed(argument?.completes)
}

/** The next word of a command, or the options of the program itself. */
function nextWords(before: readonly string[]): Candidates {
  const matching = commands.filter(({ path }) => path.length > before.length && before.every((word, index) => path[index] === word))
  const found = new Map<string, MessageKey>()
  for (const { path, text } of matching) {
    const word = path[before.length] ?? ''
    // Commands below one that can be run itself come after it.
    if (!found.has(word)) found.set(word, path.length === before.length + 1 ? text : (`group.${word}` as MessageKey))
  }
  const words = [...found].map(([word, text]) => ({ word, text }))
  return before.length > 0 ? words : [...words, { word: '--version', text: 'option.version' }, { word: '--help', text: 'option.help' }]
}

function listed(completes: Completion | undefined): Candidates {
  return typeof completes === 'string' ? completes : (completes ?? []).map(word => ({ word }))
}

function positionals(words: readonly string[], options: readonly OptionSpec[]): number {
  const valued = new Set(options.filter(takesValue).flatMap(namesOf))
  return words.filter((word, index) => !word.startsWith('-') && !valued.has(words[index - 1] ?? '')).length
}

/** `-p, --provider <name>` → `-p`, `--provider`. */
function namesOf({ flags }: OptionSpec): readonly string[] {
  return flags.replace(/ <.*$/, '').split(', ')
}

function takesValue({ flags }: OptionSpec): boolean {
  return flags.includes('<')
}
