import { joinHeaders, type Dialect } from '@resoftai/sdk'
import { encodeBody } from './encode.ts'
import { decodeError } from './errors.ts'
import { decodeModels } from './model-list.ts'
import { createStreamDecoder } from './stream.ts'
import { countableBody, decodeTokenCount } from './token-count.ts'
import { decodeWhole } from './whole.ts'

interface AnthropicDialectOptions {
  /** Where `/v1/messages` begins. */
  readonly base: string
  /** Sent with everything: key, version, betas. */
  readonly headers: Readonly<Record<string, string>>
  /** Mark what the vendor should cache. */
  readonly promptCaching: boolean
}

/** The dialect of the Anthropic Messages API. Pure. */
export function createAnthropicDialect({ base, headers, promptCaching }: AnthropicDialectOptions): Dialect {
  return {
    encode: (request, mode) => ({
      url: joinUrl(base, '/v1/messages'),
      headers: joinHeaders(headers, request.headers),
      ...encodeBody(request, mode, promptCaching)
    }),
    streamDecoder: createStreamDecoder,
    decode: decodeWhole,
    decodeError,
    models: { encode: () => ({ url: joinUrl(base, '/v1/models?limit=1000'), headers }), decode: decodeModels },
    tokens: {
      encode: request => {
        const { body, warnings } = encodeBody(request, 'whole', promptCaching)
        return {
          url: joinUrl(base, '/v1/messages/count_tokens'),
          headers: joinHeaders(headers, request.headers),
          body: countableBody(body),
          warnings
        }
      },
      decode: decodeTokenCount
    }
  }
}

/** Other clients want the address with `/v1`: both are understood. */
function joinUrl(base: string, path: string): string {
  return base.replace(/\/+$/, '').replace(/\/v1$/, '') + path
}
