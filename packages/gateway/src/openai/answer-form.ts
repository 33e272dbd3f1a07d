import { isObject, type JsonObject } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { wrongType } from './reading.ts'
import { readBoolean } from './values.ts'

/** How the answer is wanted: what chat and the older completions have in common. */
export interface AnswerForm {
  /** As the client wrote it: a reference, the name of a route, or a plain name. */
  readonly model: string
  readonly stream: boolean
  /** Whether the stream ends with a chunk that holds the usage. */
  readonly includeUsage: boolean
  /** How many replies to each question. */
  readonly n: number
}

export const formFields = ['model', 'stream', 'stream_options', 'n'] as const

const mostReplies = 16
const longestModel = 512

export function readAnswerForm(body: JsonObject): AnswerForm {
  const { stream, n } = body
  const wantsStream = stream !== undefined && stream !== null && readBoolean(stream, 'stream')
  return {
    model: readModel(body.model),
    stream: wantsStream,
    includeUsage: wantsStream && readIncludeUsage(body.stream_options),
    n: readReplies(n)
  }
}

export function readModel(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > longestModel) {
    throw wrongType('model', `the name of a model, at most ${longestModel} characters long`, value)
  }
  return value
}

function readIncludeUsage(options: unknown): boolean {
  if (options === undefined || options === null) return false
  if (!isObject(options)) throw wrongType('stream_options', 'an object', options)
  const { include_usage: wanted } = options
  return wanted !== undefined && wanted !== null && readBoolean(wanted, 'stream_options.include_usage')
}

function readReplies(value: unknown): number {
  if (value === undefined || value === null) return 1
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > mostReplies) {
    throw badRequest(`\`n\` must be a whole number from 1 to ${mostReplies}.`, 'n')
  }
  return value as number
}
