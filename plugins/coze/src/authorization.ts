import { ProviderError, type ProviderContext } from '@resoftai/sdk'
import { createApi } from './api.ts'
import type { Config } from './config.ts'

/** How long a signed JWT is good for, in seconds; it is used once, at once. */
const jwtSeconds = 600

/** The value of the header: a token as it is, or one that the host gets with a JWT and renews (WIRE.md 8.1). */
export function authorize({ config, sign, exchange }: ProviderContext<Config>): string {
  const { api_base, api_key, app_id, public_key_id, private_key, token_duration = 900 } = config
  if (api_key !== undefined) return `Bearer ${api_key}`
  if (app_id === undefined || public_key_id === undefined || private_key === undefined) {
    throw new ProviderError('auth', 'There is nothing to authorise with.', {
      hint: 'Set api_key, or app_id, public_key_id and private_key of an OAuth app.'
    })
  }
  const jwt = sign({
    algorithm: 'RS256',
    key: private_key,
    header: { kid: public_key_id },
    claims: ({ nowMs, nonce }) => {
      const now = Math.floor(nowMs / 1000)
      return { iss: app_id, aud: new URL(api_base).host, iat: now, exp: now + jwtSeconds, jti: nonce }
    }
  })
  const api = createApi(api_base, `Bearer ${jwt}`)
  const token = exchange({
    request: () => ({
      url: api.url('/api/permission/oauth2/token'),
      headers: api.headers,
      body: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', duration_seconds: token_duration }
    }),
    // In spite of its name: the second of the clock at which it ends.
    expiresIn: 'moment'
  })
  return `Bearer ${token}`
}
