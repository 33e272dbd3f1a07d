import type { JwtSpec } from '@resoftai/sdk'

const lifeSeconds = 3600
const scope = 'https://www.googleapis.com/auth/cloud-platform'

/** A token that a service account signs itself (google.aip.dev/auth/4111): Google takes it without an exchange. */
export function selfSignedToken(email: string, privateKey: string, keyId: string | undefined): JwtSpec {
  return {
    algorithm: 'RS256',
    key: privateKey,
    ...(keyId !== undefined && { header: { kid: keyId } }),
    claims: ({ nowMs }) => {
      const now = Math.floor(nowMs / 1000)
      return { iss: email, sub: email, scope, iat: now, exp: now + lifeSeconds }
    },
    reuseMs: (lifeSeconds - 300) * 1000
  }
}
