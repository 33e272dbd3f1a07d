import type { EmbedAsk } from '@resoftai/core'
import type { EmbeddingReply, JsonObject, Usage } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { readModel } from './answer-form.ts'
import { writeCost } from './money.ts'
import { readBody, readFields, startReading, wrongType, type Fields } from './reading.ts'
import { readTexts } from './texts.ts'
import { readCount, readText } from './values.ts'

export type EncodingFormat = 'float' | 'base64'

export interface EmbeddingQuestion {
  /** Without `model`. */
  readonly ask: EmbedAsk
  readonly model: string
  readonly encodingFormat: EncodingFormat
}

/** As OpenAI has it. */
const mostInputs = 2_048

const fields: Fields = {
  input: ['input', (value, param) => readTexts(value, param, mostInputs)],
  dimensions: ['dimensions', readCount],
  user: ['user', readText]
}

const own: ReadonlySet<string> = new Set(['model', 'encoding_format'])

/** Throws `GatewayError` 400 that names the field which is wrong. */
export function readEmbeddingBody(body: unknown): EmbeddingQuestion {
  const raw = readBody(body)
  const model = readModel(raw.model)
  const encodingFormat = readEncodingFormat(raw.encoding_format)
  const ask = readFields(raw, fields, own, startReading()) as Partial<EmbedAsk>
  if (ask.input === undefined) throw wrongType('input', 'a text or a list of texts', raw.input)
  return { ask: { ...ask, input: ask.input }, model, encodingFormat }
}

function readEncodingFormat(value: unknown): EncodingFormat {
  if (value === undefined || value === null) return 'float'
  if (value !== 'float' && value !== 'base64') throw badRequest('`encoding_format` must be float or base64.', 'encoding_format')
  return value
}

/** Vectors as OpenAI tells them. */
export function embeddingList({ vectors, model, usage, cost }: EmbeddingReply, encodingFormat: EncodingFormat): JsonObject {
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encodingFormat === 'base64' ? toBase64(vector) : vector
    })),
    model,
    usage: writeUsage(usage),
    cost: writeCost(cost)
  }
}

/** Vectors have no output: the total is the input. */
function writeUsage({ inputTokens, totalTokens = inputTokens, estimated }: Usage): unknown {
  if (totalTokens === undefined) return null
  return { prompt_tokens: inputTokens ?? totalTokens, total_tokens: totalTokens, ...(estimated === true && { estimated }) }
}

/** 32-bit floats, the low byte first, on any machine. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4)
  for (const [position, value] of vector.entries()) bytes.writeFloatLE(value, position * 4)
  return bytes.toString('base64')
}
