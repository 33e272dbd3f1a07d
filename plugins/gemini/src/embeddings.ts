import {
  countOf,
  isObject,
  joinHeaders,
  objectsOf,
  ProviderError,
  type EmbeddingDialect,
  type EmbeddingReply,
  type EmbeddingRequest,
  type JsonObject,
  type WireRequest
} from '@resoftai/sdk'
import type { Endpoint } from './endpoint.ts'
import { addExtra } from './extra.ts'

/** `:batchEmbedContents`, and `:predict` at Vertex AI. Neither names its model in the answer; only Vertex AI counts tokens. */
export function createEmbeddings(endpoint: Endpoint, headers: WireRequest['headers']): EmbeddingDialect {
  const method = endpoint.isVertex ? 'predict' : 'batchEmbedContents'
  return {
    encode: request => ({
      url: endpoint.modelUrl(request.model, method),
      headers: joinHeaders(headers, request.headers),
      body: endpoint.isVertex ? encodePredict(request) : encodeBatch(request, endpoint.modelName(request.model)),
      warnings: request.user === undefined ? [] : ['Gemini takes no `user`; it was left out.']
    }),
    decode: decodeVectors
  }
}

/** Each input is a request of its own, which is where all fields of the vendor (`taskType`, …) belong. */
function encodeBatch({ input, dimensions, extra }: EmbeddingRequest, model: string): JsonObject {
  const outputDimensionality = dimensions === undefined ? {} : { outputDimensionality: dimensions }
  return { requests: input.map(text => addExtra({ model, content: { parts: [{ text }] }, ...outputDimensionality }, extra)) }
}

function encodePredict({ input, dimensions, extra }: EmbeddingRequest): JsonObject {
  const parameters = dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } }
  return addExtra({ instances: input.map(content => ({ content })), ...parameters }, extra)
}

function decodeVectors(body: unknown): EmbeddingReply {
  const { embeddings, predictions } = isObject(body) ? body : {}
  const items = Array.isArray(predictions) ? objectsOf(predictions).map(item => item.embeddings) : embeddings
  if (!Array.isArray(items)) throw unreadable('no list of vectors')
  const tokens = items.map(readTokenCount).reduce((sum, count) => (sum === undefined || count === undefined ? undefined : sum + count), 0)
  return { model: '', vectors: items.map(readVector), usage: tokens === undefined || items.length === 0 ? {} : { inputTokens: tokens } }
}

function readVector(item: unknown): readonly number[] {
  const values = isObject(item) ? item.values : undefined
  if (Array.isArray(values) && values.every(Number.isFinite)) return values as number[]
  throw unreadable('a vector that is no list of numbers')
}

function readTokenCount(item: unknown): number | undefined {
  return isObject(item) && isObject(item.statistics) ? countOf(item.statistics.token_count) : undefined
}

function unreadable(what: string): ProviderError {
  return new ProviderError('protocol', `The vendor answered an embedding request with ${what}.`, { code: 'unreadable' })
}
