import { countOf, isObject, objectsOf, ProviderError, textOf, type ModelInfo } from '@resoftai/sdk'

/** `{models: [{name: "models/gemini-…", inputTokenLimit}]}`. Entries without a name are passed over. */
export function decodeModels(body: unknown): readonly ModelInfo[] {
  if (!isObject(body) || !Array.isArray(body.models)) {
    throw new ProviderError('protocol', 'The vendor answered with JSON that holds no list of models.', {
      code: 'unreadable',
      hint: 'Is api_base right? It ends in a version such as /v1beta.'
    })
  }
  return objectsOf(body.models).flatMap(({ name, inputTokenLimit }) => {
    const id = textOf(name)?.replace(/^models\//, '')
    const contextTokens = countOf(inputTokenLimit)
    return id === undefined || id === '' ? [] : [{ id, ...(contextTokens !== undefined && { contextTokens }) }]
  })
}
