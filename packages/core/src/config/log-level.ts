import type { Problem } from '../error.ts'
import type { Environment } from './home.ts'
import type { Layer } from './layer.ts'
import { isRecord } from './record.ts'

/** Weakest last: lines of a level are written when it is at or above the chosen one. */
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
type LogLevel = (typeof logLevels)[number]

const defaultLevel: LogLevel = 'warn'

// LOG_LEVEL is read by much other software, whose words for the same things are understood here.
const otherWords: Readonly<Record<string, LogLevel>> = {
  all: 'debug',
  trace: 'debug',
  verbose: 'debug',
  silly: 'debug',
  http: 'info',
  notice: 'info',
  log: 'info',
  warning: 'warn',
  err: 'error',
  critical: 'error',
  crit: 'error',
  fatal: 'error',
  none: 'silent',
  off: 'silent'
}

type LevelChoice = { readonly ok: true; readonly level: LogLevel } | { readonly ok: false; readonly problem: Problem }

/** `log.level` of the strongest layer, else the variable `LOG_LEVEL`, else `warn`. What a layer says was checked by the schema. */
export function chooseLogLevel(layers: readonly Pick<Layer, 'value'>[], env: Environment): LevelChoice {
  for (const { value } of layers) {
    const log = isRecord(value) ? value['log'] : undefined
    const level = isRecord(log) ? log['level'] : undefined
    if (level !== undefined) return { ok: true, level: toLevel(level) ?? defaultLevel }
  }
  const written = env['LOG_LEVEL']?.trim().toLowerCase()
  if (written === undefined || written === '') return { ok: true, level: defaultLevel }
  const level = toLevel(written) ?? (Object.hasOwn(otherWords, written) ? otherWords[written] : undefined)
  if (level !== undefined) return { ok: true, level }
  const suggestion = `Use one of: ${logLevels.join(', ')}.`
  return { ok: false, problem: { message: 'The variable LOG_LEVEL is not a log level.', path: 'log.level', suggestion } }
}

function toLevel(value: unknown): LogLevel | undefined {
  return logLevels.find(level => level === value)
}
