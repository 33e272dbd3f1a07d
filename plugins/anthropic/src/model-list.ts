import { countOf, isObject, objectsOf, ProviderError, textOf, type ModelInfo } from '@resoftai/sdk'
import { addressHint } from './error-rules.ts'
import { isFailure, readError } from './errors.ts'

/** Entries without an id are passed over. */
export function decodeModels(body: unknown): readonly ModelInfo[] {
  if (isObject(body) && isFailure(body)) throw readError(body, undefined)
  if (!isObject(body) || !Array.isArray(body.data)) {
    throw new ProviderError('protocol', 'The vendor answered with JSON that holds no list of models.', {
      code: 'unreadable',
      hint: addressHint
    })
  }
  return objectsOf(body.data).flatMap(entry => {
    const id = textOf(entry.id)
    const contextTokens = countOf(entry.max_input_tokens)
    return id === undefined ? [] : [{ id, ...(contextTokens !== undefined && { contextTokens }) }]
  })
}
