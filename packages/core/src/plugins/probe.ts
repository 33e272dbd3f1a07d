import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { dirname, extname, join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HostError } from '../error.ts'
import { errorCode } from '../error-code.ts'

const patienceMs = 10_000
const heapMegabytes = 256
const mostOutput = 64 * 1024

export interface Probe {
  readonly id: string
  readonly entryFile: string
  /** The only folder the code may read. */
  readonly confinedTo: string
  /** What stands for that folder in what a person reads. */
  readonly shownAs: string
  /** Makes the provider too, with this config. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly timeoutMs?: number
}

/**
 * Loads a plugin in a child process without environment and with little memory. Throws `HostError` `plugin` when it throws, hangs, ends the
 * process, changes built-in objects, or exports no provider.
 */
export async function probeEntry({ id, entryFile, confinedTo, shownAs, config, timeoutMs = patienceMs }: Probe): Promise<void> {
  const mark = randomBytes(16).toString('hex')
  const end = await runChild(
    [
      ...confine(confinedTo),
      `--max-old-space-size=${heapMegabytes}`,
      '--no-warnings',
      childFile(),
      pathToFileURL(realpathSync(entryFile)).href,
      mark,
      ...(config === undefined ? [] : [JSON.stringify(config)])
    ],
    dirname(entryFile),
    timeoutMs
  )
  const fault = describe(end, mark, timeoutMs)?.replaceAll(realpathSync(confinedTo), shownAs)
  if (fault === undefined) return
  const file = join(shownAs, relative(confinedTo, entryFile))
  throw new HostError('plugin', `The code of plugin ${id} ${fault}.`, {
    hint: `See ${file}. Its author can find out more with \`resoftai plugin check\`.`,
    problems: [{ message: `The code ${fault}.`, file }]
  })
}

interface End {
  readonly output: string
  readonly errors: string
  readonly isLate: boolean
  readonly code: number | null
  readonly signal: string | null
}

function runChild(args: readonly string[], cwd: string, timeoutMs: number): Promise<End> {
  const { promise, resolve, reject } = Promise.withResolvers<End>()
  const SystemRoot = process.env['SystemRoot']
  const child = spawn(process.execPath, args, {
    cwd,
    // Nothing of the user's environment; Windows cannot start a process without this one.
    env: SystemRoot === undefined ? {} : { SystemRoot },
    // The result has a pipe of its own: what the plugin prints may fill the others.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    windowsHide: true
  })
  let output = ''
  let errors = ''
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const [, , , result] = child.stdio as unknown as readonly Readable[]
  result?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-mostOutput)))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-mostOutput)))
  child.on('error', error => {
    clearTimeout(timer)
    reject(
      new HostError('plugin', `No process could be started to try the plugin's code (${errorCode(error)}).`, {
        hint: 'Try again.',
        cause: error
      })
    )
  })
  child.on('close', (code, signal) => {
    clearTimeout(timer)
    resolve({ output, errors, isLate, code, signal })
  })
  return promise
}

/** What went wrong, as the end of a sentence that begins with the plugin. */
function describe({ output, errors, isLate, code, signal }: End, mark: string, timeoutMs: number): string | undefined {
  const result = output.split('\n').findLast(line => line.startsWith(mark))
  if (result !== undefined) return (JSON.parse(result.slice(mark.length)) as { readonly fault: string | null }).fault ?? undefined
  if (isLate) return `was not loaded within ${timeoutMs / 1000} s`
  if (code === 13) return 'never ends loading: it waits at the top for something that does not come'
  if (/heap out of memory/.test(errors)) return `needs more than ${heapMegabytes} MB of memory to load`
  const [reason] = /^\S*(?:Error|Exception)\b.*$/m.exec(errors) ?? []
  const how = signal === null ? `exit code ${code}` : signal
  return reason === undefined ? `ends the process while it loads (${how})` : `fails while it loads: ${reason.slice(0, 300)}`
}

/** Only its own folder, and this package to be loaded by: no other files, no processes, and no network where Node can forbid that. */
function confine(directory: string): readonly string[] {
  const own = dirname(dirname(childFile()))
  return ['--permission', `--allow-fs-read=${realpathSync(directory)}`, `--allow-fs-read=${realpathSync(own)}`]
}

/** Compiled beside this file, or its source when this is the source. */
function childFile(): string {
  return fileURLToPath(new URL(`./probe-child${extname(import.meta.url)}`, import.meta.url))
}
