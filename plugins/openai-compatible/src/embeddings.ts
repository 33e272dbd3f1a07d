import { isObject, ProviderError, textOf, type EmbeddingReply, type EmbeddingRequest, type JsonObject } from '@resoftai/sdk'
import { isFailure } from './error-envelope.ts'
import type { ErrorRules } from './error-rules.ts'
import { readError } from './errors.ts'
import { readUsage } from './usage.ts'

export function encodeEmbedding({ model, input, dimensions, user, extra }: EmbeddingRequest): unknown {
  return { model, input, ...(dimensions !== undefined && { dimensions }), ...(user !== undefined && { user }), ...extra }
}

export function decodeEmbedding(body: unknown, errors: ErrorRules): EmbeddingReply {
  if (isObject(body) && isFailure(body)) throw readError(body, undefined, errors)
  if (!isObject(body) || !Array.isArray(body.data)) throw unreadable('no list of vectors')
  const items = body.data.filter(isObject)
  const vectors = items.toSorted((a, b) => placeOf(a) - placeOf(b)).map(item => readVector(item.embedding))
  return { model: textOf(body.model) ?? '', vectors, usage: readUsage(body.usage) ?? {} }
}

/** Items without an index keep their order. */
function placeOf({ index }: JsonObject): number {
  return typeof index === 'number' ? index : 0
}

function readVector(value: unknown): readonly number[] {
  if (Array.isArray(value) && value.every(Number.isFinite)) return value as number[]
  throw unreadable('a vector that is no list of numbers')
}

function unreadable(what: string): ProviderError {
  return new ProviderError('protocol', `The vendor answered an embedding request with ${what}.`, { code: 'unreadable' })
}
