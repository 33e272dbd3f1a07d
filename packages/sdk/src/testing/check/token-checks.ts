import { isObject } from '../../json.ts'
import type { JwtSpec, TokenExchange } from '../../token.ts'
import type { AskedToken } from '../test-context.ts'
import { difference, show } from './difference.ts'
import { deepFreeze } from './frozen.ts'
import { findSecret } from './secret-checks.ts'
import type { Subject } from './subject.ts'
import type { CheckOptions } from './types.ts'
import { each, first, prefix, type Task } from './verdict.ts'
import { findLost, findMalformed } from './wire-form.ts'

/** What `sign` and `exchange` were asked for; nothing for a plugin that asks for no token. */
export function tokenChecks({ variants }: Subject): readonly Task[] {
  const asked = variants.flatMap(({ name, tokens, options }) => tokens.map(token => ({ name, token, options })))
  if (asked.length === 0) return []
  return [{ group: 'create', name: 'tokens are asked for as they must be', judge: () => each(asked, findBadToken) }]
}

function findBadToken({ token, options }: { readonly token: AskedToken; readonly options: CheckOptions }): string | undefined {
  return 'jwt' in token ? prefix('sign', findBadJwt(token.jwt, options)) : prefix('exchange', findBadExchange(token.exchange, options))
}

const moments = [
  { nowMs: 1_700_000_000_000, nonce: '0'.repeat(64) },
  { nowMs: 1_800_000_000_001, nonce: 'f'.repeat(64) }
].map(deepFreeze)

function findBadJwt({ algorithm, key, header = {}, claims, reuseMs = 0 }: JwtSpec, { secrets = [] }: CheckOptions): string | undefined {
  if (algorithm !== 'HS256' && algorithm !== 'RS256') return `the algorithm ${show(algorithm)} is neither HS256 nor RS256`
  const [, field = ''] = /^\{\{secret:([^{}|]+)(?:\|[^{}|]*\|\d+)?\}\}$/.exec(key) ?? []
  if (!secrets.includes(field)) return `the key ${show(key)} is not the placeholder of a secret, or a part of it`
  if (!Number.isFinite(reuseMs) || reuseMs < 0) return `reuseMs is ${show(reuseMs)}`
  return (
    prefix('header', findNoObject(header)) ??
    first(moments, moment => prefix('claims', findNoObject(claims(moment)) ?? difference(claims(moment), claims(moment))))
  )
}

function findNoObject(value: unknown): string | undefined {
  return isObject(value) ? findLost(value) : `${show(value)} is no object`
}

function findBadExchange({ request, expiresIn = 'duration' }: TokenExchange, options: CheckOptions): string | undefined {
  if (expiresIn !== 'duration' && expiresIn !== 'moment') return `expiresIn is ${show(expiresIn)}, not "duration" or "moment"`
  const wire = request()
  return findMalformed(wire) ?? findSecret(wire, options) ?? prefix('asked again', difference(request(), wire))
}
