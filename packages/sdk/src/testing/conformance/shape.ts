import { isObject } from '../../json.ts'
import { errorKinds } from '../../error.ts'
import { show } from '../check/difference.ts'

type Shape = Readonly<Record<string, (value: unknown) => string | undefined>>

const must = (words: string, isRight: (value: unknown) => boolean) => (value: unknown) =>
  isRight(value) ? undefined : `must be ${words}, not ${show(value)}`
const oneOf = (words: readonly string[]) => must(`one of ${words.join(', ')}`, value => words.includes(value as string))
const text = must('a text', value => typeof value === 'string')
const count = must('a whole number', value => Number.isSafeInteger(value) && Number(value) >= 0)
const object = must('an object', isObject)
const list = must('a list', Array.isArray)
const anything = (): undefined => undefined
const like = (shape: Shape) => (value: unknown) => object(value) ?? findWrong(value as object, shape)
const listOf = (shape: Shape) => (value: unknown) => list(value) ?? (value as unknown[]).map(like(shape)).find(wrong => wrong !== undefined)

const request: Shape = { method: oneOf(['GET', 'POST']), url: text, headers: object, body: anything, warnings: list }

/** Of `encode/<name>.json`. */
export const goldenShape: Shape = {
  source: text,
  call: oneOf(['chat', 'tokens', 'embeddings', 'models', 'health', 'cancel']),
  mode: oneOf(['stream', 'whole']),
  config: object,
  request: object,
  expect: like(request)
}

/** Of `expect` in `replies/<name>.json`. */
export const expectShape: Shape = {
  content: text,
  reasoning: text,
  toolCalls: listOf({ id: text, name: text, arguments: text }),
  finishReason: oneOf(['stop', 'length', 'tool_calls', 'content_filter', 'unknown']),
  usage: object,
  model: text,
  citations: list,
  warnings: list,
  providerData: object,
  next: listOf(request),
  errorKind: oneOf(errorKinds),
  error: object,
  models: list,
  embeddings: object,
  tokens: count
}

/** Of `replies/<name>.json`. */
export const replyShape: Shape = {
  source: text,
  status: count,
  headers: object,
  json: anything,
  body: must('the name of a file beside it', value => typeof value === 'string' && /^[^/\\]+$/.test(value) && !value.startsWith('.')),
  // oxlint-disable-next-line unicorn/no-thenable -- a list, no function
  further: list,
  config: object,
  same: text,
  expect: like(expectShape)
}

/** The first thing that is wrong: a key that means nothing, a value of another type. */
export function findWrong(value: object, shape: Shape): string | undefined {
  for (const [key, part] of Object.entries(value)) {
    const judge = Object.hasOwn(shape, key) ? shape[key] : undefined
    if (judge === undefined) return `there is no ${show(key)} here, only ${Object.keys(shape).join(', ')}`
    const wrong = judge(part)
    if (wrong !== undefined) return `${key}${wrong.startsWith('must') ? ' ' : ': '}${wrong}`
  }
  return undefined
}
