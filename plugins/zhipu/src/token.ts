import { secretPart, type ProviderContext } from '@resoftai/sdk'
import type { Config } from './config.ts'

/**
 * What stands behind `Bearer`: the key, or the older token that is made from it. Such a key is `<id>.<secret>`; the vendor counts in
 * milliseconds, and its SDK uses a token of 3.5 minutes for 3 (WIRE.md 7.2).
 */
export function bearerToken({ config, sign }: ProviderContext<Config>): string {
  if (config.auth !== 'token') return config.api_key
  const id = secretPart(config.api_key, 0)
  return sign({
    algorithm: 'HS256',
    key: secretPart(config.api_key, 1),
    header: { sign_type: 'SIGN' },
    claims: ({ nowMs }) => ({ api_key: id, exp: nowMs + 210_000, timestamp: nowMs }),
    reuseMs: 180_000
  })
}
