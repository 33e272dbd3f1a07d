import { countOf, isObject, joinHeaders, ProviderError, type TokenCountDialect, type WireRequest } from '@resoftai/sdk'
import { encodeBody, type EncodeOptions } from './encode.ts'
import type { Endpoint } from './endpoint.ts'

/** What Vertex AI counts; it refuses the other fields of a request. */
const countedByVertex: ReadonlySet<string> = new Set(['contents', 'systemInstruction', 'tools', 'generationConfig'])

/** `:countTokens`. */
export function createTokenCount(endpoint: Endpoint, headers: WireRequest['headers'], options: EncodeOptions): TokenCountDialect {
  return {
    encode: request => {
      const { body, warnings } = encodeBody(request, options)
      return {
        url: endpoint.modelUrl(request.model, 'countTokens'),
        headers: joinHeaders(headers, request.headers),
        body: endpoint.isVertex
          ? Object.fromEntries(Object.entries(body).filter(([field]) => countedByVertex.has(field)))
          : { generateContentRequest: { model: endpoint.modelName(request.model), ...body } },
        warnings
      }
    },
    decode: body => {
      const count = isObject(body) ? countOf(body.totalTokens) : undefined
      if (count === undefined) throw new ProviderError('protocol', 'The vendor answered with no count of tokens.', { code: 'unreadable' })
      return count
    }
  }
}
