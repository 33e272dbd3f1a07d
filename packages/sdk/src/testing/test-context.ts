import type { ProviderContext } from '../provider.ts'
import type { JwtSpec, TokenExchange } from '../token.ts'
import { deepFreeze } from './check/frozen.ts'
import { placeholder } from './check/placeholder.ts'
import type { CheckOptions } from './check/types.ts'

/** What a plugin asked `sign` or `exchange` for. */
export type AskedToken = { readonly jwt: JwtSpec } | { readonly exchange: TokenExchange }

const ignore = (): void => {}

/**
 * What a host gives to `create`: frozen, placeholders instead of secrets. `sign` and `exchange` give placeholders too (`{{token:1}}`, …), after
 * they tried what they were given once; `asked` collects it.
 */
export function testContext<Config = Readonly<Record<string, unknown>>>(
  { config = {}, secrets = [], now = 1_700_000_000_000 }: Pick<CheckOptions, 'config' | 'secrets' | 'now'> = {},
  asked: AskedToken[] = []
): ProviderContext<Config> {
  const filled = { ...structuredClone(config), ...Object.fromEntries(secrets.map(field => [field, placeholder(field)])) }
  const take = (token: AskedToken): string => `{{token:${asked.push(token)}}}`
  return deepFreeze({
    provider: 'check',
    config: filled as Config,
    log: { debug: ignore, info: ignore, warn: ignore },
    clock: () => now,
    sign: jwt => {
      jwt.claims({ nowMs: now, nonce: '0'.repeat(64) })
      return take({ jwt })
    },
    exchange: exchange => {
      exchange.request()
      return take({ exchange })
    }
  })
}
