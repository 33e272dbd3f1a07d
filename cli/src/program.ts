import { Command, type CommanderError } from 'commander'
import { commonOptions } from './commands/common-options.ts'
import type { CommandSpec, Input, OptionSpec } from './commands/spec.ts'
import { commands } from './commands/table.ts'
import type { MessageKey, Translate } from './messages/index.ts'

export interface Parsed {
  readonly command: CommandSpec
  readonly input: Input
}

const titles: Readonly<Record<string, MessageKey>> = {
  'Usage:': 'help.usage',
  'Arguments:': 'help.arguments',
  'Options:': 'help.options',
  'Commands:': 'help.commands'
}

/** Reads the command line. `undefined`: help or version was asked for and has been written. Throws `CommanderError` for what it cannot read. */
export function parseCommandLine(argv: readonly string[], version: string, text: Translate): Parsed | undefined {
  let parsed: Parsed | undefined
  const program = decorate(new Command('resoftai'), text)
  program
    .description(text('program.description'))
    .usage(`${text('help.optionsUsage')} ${text('help.commandUsage')}`)
    .version(version, '-V, --version', text('option.version'))
  program.addHelpText('after', `\n${text('help.footer')}`)
  for (const command of commands) {
    const made = decorate(addTo(program, command, text), text)
    made.description(text(command.text)).usage(usageOf(command, text))
    for (const argument of command.args) made.argument(termOf(argument), text(argument.text))
    for (const option of [...command.options, ...commonOptions]) addOption(made, option, text)
    made.addHelpText('after', `\n${text('help.examples')}\n${command.examples.map(example => `  ${example}`).join('\n')}`)
    made.action(() => {
      parsed = { command, input: readInput(made) }
    })
  }
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if ((error as CommanderError).exitCode === 0 || (error as CommanderError).code === 'commander.help') return undefined
    throw error
  }
  return parsed
}

/** The parents of a command with several words are made when first needed. */
function addTo(program: Command, { path }: CommandSpec, text: Translate): Command {
  return path.reduce((parent, name, index) => {
    const known = parent.commands.find(command => command.name() === name)
    if (known !== undefined) return known
    const made = parent.command(name)
    if (index < path.length - 1) groupHelp(decorate(made, text), name, text)
    return made
  }, program)
}

function groupHelp(group: Command, name: string, text: Translate): void {
  group.description(text(`group.${name}` as MessageKey)).usage(text('help.commandUsage'))
}

function decorate(command: Command, text: Translate): Command {
  return command
    .exitOverride()
    .helpCommand(false)
    .helpOption('-h, --help', text('option.help'))
    .configureHelp({
      styleTitle: title => (titles[title] === undefined ? title : text(titles[title])),
      subcommandTerm: subcommand => `${subcommand.name()} ${subcommand.usage()}`
    })
    .configureOutput({ writeErr: line => void process.stdout.write(line), outputError() {} })
}

function termOf({ name, required, many }: CommandSpec['args'][number]): string {
  const word = many === true ? `${name}...` : name
  return required === true ? `<${word}>` : `[${word}]`
}

function usageOf({ path, args }: CommandSpec, text: Translate): string {
  const isParent = commands.some(other => other.path.length > path.length && path.every((word, index) => other.path[index] === word))
  return [text('help.optionsUsage'), ...args.map(termOf), ...(isParent ? [text('help.commandUsage')] : [])].join(' ')
}

function addOption(command: Command, { flags, text: key, many }: OptionSpec, text: Translate): void {
  if (many === true) command.option(flags, text(key), (value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
  else command.option(flags, text(key))
}

function readInput(command: Command): Input {
  const options: Readonly<Record<string, unknown>> = { ...readInherited(command), ...command.opts() }
  return {
    args: command.args,
    flag: name => options[name] === true,
    value: name => (typeof options[name] === 'string' ? options[name] : undefined),
    values: name => (Array.isArray(options[name]) ? (options[name] as readonly string[]) : [])
  }
}

/**
 * Options of a command that has subcommands are read by it also when one of these is called, wherever they stand. They are for the one that is
 * called, which must have them: none is quietly lost.
 */
function readInherited({ parent, options }: Command): Readonly<Record<string, unknown>> {
  const before: Readonly<Record<string, unknown>> = parent?.opts() ?? {}
  const isOwn = (name: string) => options.some(option => option.attributeName() === name)
  const lost = parent?.options.find(option => option.attributeName() in before && !isOwn(option.attributeName()))
  if (lost !== undefined) parent?.error(`error: unknown option '${lost.long}'`, { code: 'commander.unknownOption' })
  return before
}
