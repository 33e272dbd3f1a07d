import { ProviderError } from '@resoftai/sdk'
import { hashNumber } from './hash.ts'
import { isRecord } from './openai-request.ts'
import { countTokens } from './usage.ts'

const usualDimensions = 64
const mostDimensions = 4096

/** A unit vector made of the words of a text: equal texts have equal vectors, and texts that share words are near each other. */
function embed(text: string, dimensions = usualDimensions): readonly number[] {
  const vector = Array.from({ length: dimensions }, () => 0)
  for (const [word] of text.toLowerCase().matchAll(/\p{Script=Han}|[\p{L}\p{N}]+/gu)) {
    const number = hashNumber(word)
    const place = number % dimensions
    vector[place] = (vector[place] ?? 0) + (number & 0x80000000 ? -1 : 1)
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector.with(0, 1) : vector.map(part => part / length)
}

/** Reads the body of an OpenAI embeddings request and answers it. Throws `bad_request`. */
export function embeddings(body: unknown): unknown {
  if (!isRecord(body)) throw new ProviderError('bad_request', 'The body must be an object.')
  const { model, input, dimensions = usualDimensions, encoding_format: format } = body
  const texts: unknown[] = Array.isArray(input) ? input : [input]
  if (!texts.every(text => typeof text === 'string')) throw new ProviderError('bad_request', 'The input must be a text or a list of texts.')
  if (!isDimension(dimensions)) throw new ProviderError('bad_request', `The dimensions must be a whole number from 1 to ${mostDimensions}.`)
  const write = (vector: readonly number[]): unknown =>
    format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  return {
    object: 'list',
    data: texts.map((text, index) => ({ object: 'embedding', index, embedding: write(embed(text, dimensions)) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens }
  }
}

function isDimension(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostDimensions
}
