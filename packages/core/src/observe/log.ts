import { createRequire } from 'node:module'
import type { Logger } from 'pino'
import type { Redactor } from './redact.ts'
import { scrubValue } from './scrub-value.ts'

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void

/** Structured lines, one JSON object each. No secret that the redactor knows gets into one. The methods need no `this`. */
export interface Log {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
  /** A log that adds these fields to each line. */
  child(fields: Readonly<Record<string, unknown>>): Log
}

export interface LogOptions {
  /** `debug`, `info`, `warn`, `error` or `silent`; lines below it cost nothing. */
  readonly level: string
  readonly redactor: Redactor
  /** Default: standard error, written at once so that a short command loses no line. */
  readonly destination?: { write(line: string): void } | undefined
}

const levels = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof levels)[number]

const nothing = () => {}

/** pino is loaded when the first line is written. */
export function createLog({ level, redactor, destination }: LogOptions): Log {
  let logger: Logger | undefined
  const write = (at: Level, message: string, fields: Readonly<Record<string, unknown>>) => {
    logger ??= openLogger(destination)
    logger[at](prepare(redactor, fields), visible(redactor.scrub(message)))
  }
  const from =
    level === 'silent'
      ? levels.length
      : Math.max(
          0,
          levels.findIndex(name => name === level)
        )
  const build = (fixed: Readonly<Record<string, unknown>>): Log => {
    const method = (at: Level): Write =>
      levels.indexOf(at) < from ? nothing : (message, fields) => write(at, message, fields === undefined ? fixed : { ...fixed, ...fields })
    return {
      debug: method('debug'),
      info: method('info'),
      warn: method('warn'),
      error: method('error'),
      child: fields => build({ ...fixed, ...fields })
    }
  }
  return build({})
}

function openLogger(destination: LogOptions['destination']): Logger {
  // A plain `import()` would come too late for a line that is written just before the process ends.
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino')
  const options = {
    level: 'debug',
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) }
  }
  if (destination !== undefined) return pino(options, destination)
  const stderr = pino.destination({ dest: 2, sync: true })
  // Nobody reads the log any more, or the disk is full: the work goes on without it.
  stderr.on('error', nothing)
  return pino(options, stderr)
}

const own = new Set(['level', 'time', 'message'])

function prepare(redactor: Redactor, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe = scrubValue(fields, text => visible(redactor.scrub(text))) as Readonly<Record<string, unknown>>
  return Object.fromEntries(Object.entries(safe).map(([name, value]) => [own.has(name) ? `${name}_` : name, value]))
}

/** JSON escapes line ends and ESC; these others also move a cursor or turn text around on a terminal. */
function visible(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
