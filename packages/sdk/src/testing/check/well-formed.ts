import { isObject } from '../../json.ts'
import { errorKinds, isProviderError } from '../../error.ts'
import { show } from './difference.ts'

const finishReasons = new Set<unknown>(['stop', 'length', 'tool_calls', 'content_filter', 'error', 'unknown'])

type Fields = Readonly<Record<string, (value: unknown) => boolean>>

const text = (value: unknown): boolean => typeof value === 'string'
const maybe =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value)
const count = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const isUsage = (value: unknown): boolean =>
  isObject(value) && Object.entries(value).every(([key, part]) => key === 'estimated' || maybe(count)(part))

/** What each event must have; see `ChatEvent`. */
const shapes: Readonly<Record<string, Fields>> = {
  start: { model: text, id: maybe(text) },
  text: { text },
  reasoning: { text, signature: maybe(text) },
  tool_call: { index: count, id: maybe(text), name: maybe(text), arguments: maybe(text) },
  citation: { citation: value => isObject(value) && text(value['url']) && maybe(text)(value['title']) },
  usage: { usage: isUsage },
  provider_data: { data: isObject },
  warning: { message: text },
  restart: { reason: text },
  finish: { reason: value => finishReasons.has(value), raw: maybe(text) }
}

const errorShape: Fields = {
  kind: value => (errorKinds as readonly unknown[]).includes(value),
  message: value => text(value) && value !== '',
  code: maybe(text),
  vendorCode: maybe(text),
  hint: maybe(text),
  requestId: maybe(text),
  status: maybe(count),
  retryable: value => typeof value === 'boolean',
  retryAfterMs: maybe(value => Number.isFinite(value) && Number(value) >= 0)
}

/** What is wrong with a value that should be a `ChatEvent`. */
export function flaw(event: unknown): string | undefined {
  if (!isObject(event)) return `${show(event)} is no event`
  const type = event['type']
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return `${show(type)} is no type of event`
  return misshapen(event, shapes[type] ?? {})
}

/** What is wrong with a value that should be a `ProviderError`. */
export function errorFlaw(error: unknown): string | undefined {
  if (!isProviderError(error)) return `it gave ${show(error)}, which is no ProviderError`
  return misshapen(error as unknown as Readonly<Record<string, unknown>>, errorShape)
}

export function usageFlaw(usage: unknown): string | undefined {
  return isUsage(usage) ? undefined : `the usage ${show(usage)} is not allowed`
}

function misshapen(value: Readonly<Record<string, unknown>>, shape: Fields): string | undefined {
  const wrong = Object.entries(shape).find(([field, check]) => !check(value[field]))
  return wrong === undefined ? undefined : `${wrong[0]} of ${show(value)} is not allowed`
}
