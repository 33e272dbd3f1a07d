import type { ConfigField } from '../plugins/types.ts'
import type { ProviderSettings } from './types.ts'

/** The longest a timer can wait: 2^31 - 1 milliseconds. Above it would fire at once. */
const mostSeconds = 2_147_483
const seconds = { type: 'number', exclusiveMinimum: 0, maximum: mostSeconds }

/** Fields that every provider has, whatever its plugin; a manifest may give them another default and text. */
export const hostFields: Readonly<Record<string, ConfigField>> = {
  timeout: { ...seconds, default: 60 },
  max_retries: { type: 'integer', minimum: 0, maximum: 10, default: 3 },
  stall_timeout: { ...seconds, default: 60 },
  reasoning_stall_timeout: { ...seconds, default: 300 },
  deadline: { ...seconds, default: 600 },
  headers: { type: 'object', additionalProperties: { type: 'string' } },
  extra: { type: 'object' },
  models: { type: 'array', items: { type: 'string', minLength: 1 } },
  default_model: { type: 'string', minLength: 1 }
}

/** From a config that its schema accepted. */
export function toSettings(config: Readonly<Record<string, unknown>>): ProviderSettings {
  const value = config as {
    readonly [Name in 'timeout' | 'max_retries' | 'stall_timeout' | 'reasoning_stall_timeout' | 'deadline']: number
  } & {
    readonly headers?: ProviderSettings['headers']
    readonly extra?: ProviderSettings['extra']
    readonly models?: readonly string[]
    readonly default_model?: string
  }
  return Object.freeze({
    defaultModel: value.default_model,
    models: value.models,
    timeoutMs: milliseconds(value.timeout),
    maxRetries: value.max_retries,
    stallTimeoutMs: milliseconds(value.stall_timeout),
    reasoningStallTimeoutMs: milliseconds(value.reasoning_stall_timeout),
    deadlineMs: milliseconds(value.deadline),
    headers: value.headers ?? Object.freeze({}),
    extra: value.extra ?? Object.freeze({})
  })
}

function milliseconds(amount: number): number {
  return Math.max(1, Math.round(amount * 1000))
}
