import { countOf, isObject, ProviderError, textOf, type ModelInfo } from '@resoftai/sdk'
import { isFailure } from './error-envelope.ts'
import { addressHint, type ErrorRules } from './error-rules.ts'
import { readError } from './errors.ts'

/** Where services say how much a model can read: OpenRouter and Together, vLLM, Groq, LM Studio. */
const contextFields = ['context_length', 'max_model_len', 'context_window', 'loaded_context_length', 'max_context_length'] as const

/** `{data: […]}`, or the bare list (Together). Entries without an id are passed over. */
export function decodeModels(body: unknown, errors: ErrorRules): readonly ModelInfo[] {
  if (isObject(body) && isFailure(body)) throw readError(body, undefined, errors)
  const list = isObject(body) ? body.data : body
  if (!Array.isArray(list)) {
    throw new ProviderError('protocol', 'The vendor answered with JSON that holds no list of models.', {
      code: 'unreadable',
      hint: addressHint
    })
  }
  return list.flatMap(entry => readModel(entry) ?? [])
}

function readModel(entry: unknown): ModelInfo | undefined {
  if (!isObject(entry)) return undefined
  const id = textOf(entry.id)
  const ownedBy = textOf(entry.owned_by)
  const contextTokens = contextFields.map(field => countOf(entry[field])).find(count => count !== undefined)
  if (id === undefined) return undefined
  return { id, ...(ownedBy !== undefined && { ownedBy }), ...(contextTokens !== undefined && { contextTokens }) }
}
