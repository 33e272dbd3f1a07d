import { defineProvider, joinHeaders, type Dialect, type ProviderContext } from '@resoftai/sdk'
import { encodeBody } from './encode.ts'
import { createEmbeddings } from './embeddings.ts'
import { createEndpoint, type EndpointConfig } from './endpoint.ts'
import { decodeError } from './errors.ts'
import { decodeModels } from './models.ts'
import { selfSignedToken } from './service-account.ts'
import { createStreamDecoder } from './stream.ts'
import { createTokenCount } from './tokens.ts'
import { decodeWhole } from './whole.ts'

/** What `resoftai.plugin.json` asks for; the host has checked it and filled presets in. */
export interface Config extends EndpointConfig {
  readonly api_key?: string
  readonly access_token?: string
  readonly client_email?: string
  readonly private_key?: string
  readonly private_key_id?: string
  readonly default_model: string
  readonly safety_settings?: readonly unknown[]
}

/** Gemini, at the Gemini API or at Vertex AI. */
export default defineProvider<Config>({
  create({ config, sign }): Dialect {
    const { safety_settings: safetySettings } = config
    const endpoint = createEndpoint(config)
    const headers = authorize(config, sign)
    const options = { isVertex: endpoint.isVertex, ...(safetySettings !== undefined && { safetySettings }) }
    const tokens = createTokenCount(endpoint, headers, options)
    const probe = { model: config.default_model, messages: [{ role: 'user' as const, content: 'Hi' }] }
    return {
      encode: (request, mode) => ({
        url: endpoint.modelUrl(request.model, mode === 'stream' ? 'streamGenerateContent?alt=sse' : 'generateContent'),
        headers: joinHeaders(headers, request.headers),
        ...encodeBody(request, options)
      }),
      streamDecoder: createStreamDecoder,
      decode: decodeWhole,
      decodeError,
      embeddings: createEmbeddings(endpoint, headers),
      tokens,
      // Vertex AI lists no models of a project: there a count of tokens, which costs nothing, proves address and token.
      ...(endpoint.isVertex
        ? { health: { encode: () => tokens.encode(probe) } }
        : {
            models: { encode: () => ({ url: endpoint.url('models?pageSize=1000'), headers }), decode: decodeModels },
            health: { encode: () => ({ url: endpoint.url('models?pageSize=1'), headers }) }
          })
    }
  }
})

/** Both services take keys and tokens; people use keys at the Gemini API and tokens at Vertex AI. */
function authorize(config: Config, sign: ProviderContext['sign']): Readonly<Record<string, string>> {
  const key = config.api_key === undefined ? undefined : { 'x-goog-api-key': config.api_key }
  const bearer = () => {
    const token = config.access_token ?? signAs(config, sign)
    return token === undefined ? undefined : { Authorization: `Bearer ${token}` }
  }
  return (config.project === undefined ? (key ?? bearer()) : (bearer() ?? key)) ?? {}
}

function signAs(
  { client_email: email, private_key: key, private_key_id: keyId }: Config,
  sign: ProviderContext['sign']
): string | undefined {
  return email === undefined || key === undefined ? undefined : sign(selfSignedToken(email, key, keyId))
}
