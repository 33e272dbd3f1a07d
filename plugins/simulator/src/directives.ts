import { ProviderError, type FinishReason, type Usage } from '@resoftai/sdk'
import { isFault, type Fault } from './fault.ts'

export interface DirectedCall {
  readonly name: string
  readonly id?: string
  /** A text goes out as it is, so that it may be broken JSON. Default: `{}`. */
  readonly arguments?: unknown
}

/** `extra.simulator` of a request, or the body field `simulator` over HTTP: what this one reply shall be. */
export interface Directives {
  readonly text?: string
  readonly reasoning?: string
  readonly toolCalls?: readonly DirectedCall[]
  /** Pause before each piece. */
  readonly delayMs?: number
  /** Characters of a piece. Default: 8. */
  readonly chunkSize?: number
  /** Instead of what was counted. */
  readonly usage?: Usage
  readonly finishReason?: FinishReason
  readonly fault?: Fault
  /** Text events before the fault. */
  readonly faultAfter?: number
}

const finishReasons: readonly unknown[] = ['stop', 'length', 'tool_calls', 'content_filter', 'error', 'unknown'] satisfies FinishReason[]

type Judge = (value: unknown) => boolean

const isText: Judge = value => typeof value === 'string'
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount: Judge = value => typeof value === 'number' && Number.isInteger(value) && value >= 0

const fields: Readonly<Record<keyof Directives, readonly [judge: Judge, expected: string]>> = {
  text: [isText, 'a text'],
  reasoning: [isText, 'a text'],
  toolCalls: [value => Array.isArray(value) && value.every(isCall), 'a list of { name, id?, arguments? }'],
  delayMs: [value => typeof value === 'number' && value >= 0 && value <= 600_000, 'milliseconds, at most 600000'],
  chunkSize: [value => isCount(value) && value !== 0, 'a whole number from 1'],
  usage: [value => isRecord(value) && Object.values(value).every(isCount), 'an object of token counts'],
  finishReason: [value => finishReasons.includes(value), `one of ${finishReasons.join(', ')}`],
  fault: [value => typeof value === 'string' && isFault(value), 'the name of a fault'],
  faultAfter: [isCount, 'a whole number from 0']
}

/** Checks directives; throws `bad_request` that names everything that is wrong. */
export function readDirectives(value: unknown): Directives {
  if (value === undefined) return {}
  if (!isRecord(value)) throw badDirectives(['it must be an object'])
  const complaints = Object.entries(value).flatMap(([name, given]) => {
    if (!isField(name)) return [`there is no "${name}", only ${Object.keys(fields).join(', ')}`]
    const [judge, expected] = fields[name]
    return judge(given) ? [] : [`"${name}" must be ${expected}`]
  })
  if (complaints.length > 0) throw badDirectives(complaints)
  return value
}

function isField(name: string): name is keyof Directives {
  return Object.hasOwn(fields, name)
}

function isCall(value: unknown): boolean {
  return isRecord(value) && isText(value['name']) && (value['id'] === undefined || isText(value['id']))
}

function badDirectives(complaints: readonly string[]): ProviderError {
  return new ProviderError('bad_request', `The field "simulator" cannot be followed: ${complaints.join('; ')}.`)
}
