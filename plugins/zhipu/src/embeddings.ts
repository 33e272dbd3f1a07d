import { ProviderError, type EmbeddingDialect } from '@resoftai/sdk'

/** WIRE.md 7.10. */
const mostInputs = 64

/** The same, within the limits of this vendor. */
export function limitEmbeddings(embeddings: EmbeddingDialect): EmbeddingDialect {
  return {
    ...embeddings,
    encode(request) {
      if (request.input.length > mostInputs) {
        throw new ProviderError('bad_request', `This service takes ${mostInputs} inputs at a time, not ${request.input.length}.`, {
          code: 'too_many_inputs',
          hint: `Send them in parts of at most ${mostInputs}.`
        })
      }
      if (request.dimensions === undefined || request.model !== 'embedding-2') return embeddings.encode(request)
      const { dimensions: _dimensions, ...rest } = request
      return { ...embeddings.encode(rest), warnings: ['embedding-2 has 1024 dimensions always; `dimensions` was left out.'] }
    }
  }
}
