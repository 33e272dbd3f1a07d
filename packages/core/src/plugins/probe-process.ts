import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import { HostError } from '../error.ts'
import { errorCode } from '../error-code.ts'
import { readMessage, type ProbeInput, type ProbeMessage } from './probe-message.ts'

const heapMegabytes = 256
const mostOutput = 64 * 1024
/** Of one message; a longer line is none of ours. */
const mostLine = 1024 * 1024
/** However often it tells that it is alive. */
const longestMs = 120_000

export interface ProbeProcess {
  /** The only folder its code may read. */
  readonly confinedTo: string
  readonly input: Omit<ProbeInput, 'mark'>
  /** It is stopped when it tells nothing for so long. */
  readonly patienceMs: number
  readonly onMessage: (message: ProbeMessage) => void
}

/** How it ended; only of interest when it had not told everything. */
export interface ProbeEnd {
  /** The limit that it ran into. */
  readonly lateMs: number | undefined
  readonly errors: string
  readonly code: number | null
  readonly signal: string | null
}

/** Runs `probe-child.ts` without environment and with little memory. */
export function runProbe({ confinedTo, input, patienceMs, onMessage }: ProbeProcess): Promise<ProbeEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProbeEnd>()
  const SystemRoot = process.env['SystemRoot']
  const child = spawn(process.execPath, [...confine(confinedTo), `--max-old-space-size=${heapMegabytes}`, '--no-warnings', childFile()], {
    cwd: confinedTo,
    // Nothing of the user's environment; Windows cannot start a process without this one.
    env: SystemRoot === undefined ? {} : { SystemRoot },
    // The result has a pipe of its own: what the plugin prints may fill the others.
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    windowsHide: true
  })
  // Only the child's own code has seen it when the plugin is loaded: nothing the plugin writes passes for a message.
  const mark = randomBytes(16).toString('hex')
  child.stdin?.on('error', () => {}).end(serialize({ ...input, mark } satisfies ProbeInput))
  let lateMs: number | undefined
  const stopAfter = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      lateMs = ms
      child.kill('SIGKILL')
    }, ms)
  const timer = stopAfter(patienceMs)
  const last = stopAfter(longestMs)
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-mostOutput)))
  let line = ''
  const [, , , result] = child.stdio as unknown as readonly Readable[]
  result?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (line + text).split('\n')
    line = (lines.pop() ?? '').slice(0, mostLine)
    for (const whole of lines) {
      const message = whole.startsWith(mark) ? readMessage(whole.slice(mark.length)) : undefined
      if (message === undefined) continue
      timer.refresh()
      onMessage(message)
    }
  })
  child.on('error', error => {
    reject(
      new HostError('plugin', `No process could be started to try the plugin's code (${errorCode(error)}).`, {
        hint: 'Try again.',
        cause: error
      })
    )
  })
  child.on('close', (code, signal) => resolve({ lateMs, errors, code, signal }))
  return promise.finally(() => {
    clearTimeout(timer)
    clearTimeout(last)
  })
}

const phases = {
  load: { late: 'was not loaded', waits: 'never ends loading: it waits at the top', when: 'while it loads' },
  check: { late: 'did not end', waits: 'never answers: it waits', when: 'while it is checked' }
} as const

/** Why it ended, as the end of a sentence that begins with the code. */
export function describeEnd({ lateMs, errors, code, signal }: ProbeEnd, phase: keyof typeof phases): string {
  const { late, waits, when } = phases[phase]
  if (lateMs !== undefined) return `${late} within ${lateMs / 1000} s`
  if (code === 13) return `${waits} for something that does not come`
  if (/heap out of memory/.test(errors)) return `needs more than ${heapMegabytes} MB of memory ${when}`
  const [reason] = /^\S*(?:Error|Exception)\b.*$/m.exec(errors) ?? []
  return reason === undefined ? `ends the process ${when} (${signal ?? `exit code ${code}`})` : `fails ${when}: ${reason.slice(0, 300)}`
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
