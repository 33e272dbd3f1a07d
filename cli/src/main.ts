import { readFileSync } from 'node:fs'
import type { HostError } from '@resoftai/core'
import type { Input, Run } from './commands/spec.ts'
import { chooseLocale } from './locale.ts'
import { loadMessages } from './messages/index.ts'
import { runCommand } from './run.ts'

/** Whoever reads our output may leave (`| head`); then there is nothing left to do. A full disk is a failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`resoftai: ${error.message}\n`)
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})
process.stderr.on('error', () => {})

// Some pseudo-terminals do not know their size; nothing can be laid out in no columns.
if (process.stdout.isTTY && process.stdout.columns === 0) Object.assign(process.stdout, { columns: 80, rows: 24 })

// The environment holds keys, and a report that Node.js writes when it is told to is given away.
process.report.excludeEnv = true

process.exitCode = await main(commandFirst(process.argv.slice(2)))
await Promise.all([flush(process.stdout), flush(process.stderr)])
// Whatever a plugin left open (timers, sockets) does not keep the command alive.
process.exit()

async function main(argv: readonly string[]): Promise<number> {
  const locale = chooseLocale(process.env)
  const text = await loadMessages(locale)
  if (argv[0] === '__complete') {
    const { completeWords } = await import('./completion/complete.ts')
    return completeWords(argv.slice(1), text)
  }
  const list = readPluginList(argv)
  if (list !== undefined) return runCommand(async () => (await import('./commands/plugin/list.ts')).list, list, locale, text)

  const { parseCommandLine } = await import('./program.ts')
  try {
    const parsed = parseCommandLine(argv, readVersion(), text)
    return parsed === undefined ? 0 : await runCommand(parsed.command.load, parsed.input, locale, text)
  } catch (error) {
    const { usageError } = await import('./usage-error.ts')
    return runCommand(
      failWith(usageError(error as Parameters<typeof usageError>[0], text)),
      plainInput(argv.filter(isCommon)),
      locale,
      text
    )
  }
}

/** `resoftai --json plugin list` means `resoftai plugin list --json`. */
function commandFirst(argv: readonly string[]): readonly string[] {
  const first = argv.findIndex(word => !isCommon(word))
  if (first <= 0) return argv
  const words = argv.slice(first)
  const end = words.includes('--') ? words.indexOf('--') : words.length
  return [...words.slice(0, end), ...argv.slice(0, first), ...words.slice(end)]
}

/** `plugin list` is asked by shells and scripts all the time: it does without the command line library. */
function readPluginList(argv: readonly string[]): Input | undefined {
  const [group, name, ...options] = argv
  return group === 'plugin' && name === 'list' && options.every(isCommon) ? plainInput(options) : undefined
}

function isCommon(word: string): boolean {
  return word === '--json' || word === '--debug'
}

function plainInput(options: readonly string[]): Input {
  return { args: [], flag: name => options.includes(`--${name}`), value: () => undefined, values: () => [] }
}

function failWith(error: HostError): () => Promise<Run> {
  return async () => {
    throw error
  }
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return version
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => stream.write('', () => resolve()))
}
