import { isPlain, show } from './difference.ts'

const finishReasons = new Set<unknown>(['stop', 'length', 'tool_calls', 'content_filter', 'error', 'unknown'])

type Fields = Readonly<Record<string, (value: unknown) => boolean>>

const text = (value: unknown): boolean => typeof value === 'string'
const maybe =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value)
const count = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0

/** What each event must have; see `ChatEvent`. */
const shapes: Readonly<Record<string, Fields>> = {
  start: { model: text, id: maybe(text) },
  text: { text },
  reasoning: { text, signature: maybe(text) },
  tool_call: { index: value => count(value) && Number.isInteger(value), id: maybe(text), name: maybe(text), arguments: maybe(text) },
  citation: { citation: value => isPlain(value) && text(value['url']) && maybe(text)(value['title']) },
  usage: { usage: value => isPlain(value) && Object.entries(value).every(([key, part]) => key === 'estimated' || maybe(count)(part)) },
  provider_data: { data: isPlain },
  warning: { message: text },
  restart: { reason: text },
  finish: { reason: value => finishReasons.has(value), raw: maybe(text) }
}

/** What is wrong with a value that should be a `ChatEvent`. */
export function flaw(event: unknown): string | undefined {
  if (!isPlain(event)) return `${show(event)} is no event`
  const type = event['type']
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return `${show(type)} is no type of event`
  const wrong = Object.entries(shapes[type] ?? {}).find(([field, check]) => !check(event[field]))
  return wrong === undefined ? undefined : `${wrong[0]} of ${show(event)} is not allowed`
}
