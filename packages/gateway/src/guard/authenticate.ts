import type { FastifyRequest } from 'fastify'
import { GatewayError } from '../error.ts'
import type { Access } from './access.ts'
import type { Caller } from './caller.ts'
import type { KeyRing } from './key-ring.ts'
import { readKey } from './read-key.ts'

export interface Authenticate {
  readonly keys: KeyRing
  readonly access: Access
  /** Requests without a key may ask what clients may. */
  readonly anonymous: boolean
}

/** Who asks, or an error. */
export async function authenticate(request: FastifyRequest, { keys, access, anonymous }: Authenticate): Promise<Caller> {
  if (access === 'public') return { kind: 'nobody' }
  const presented = readKey(request.headers)
  const isBare = request.headers.authorization === undefined && request.headers['x-api-key'] === undefined
  if (isBare && anonymous && access === 'client') return { kind: 'anonymous' }
  const key = presented === undefined ? undefined : await keys.find(presented)
  if (key === undefined) throw unauthorized()
  if (access === 'admin' && key.role !== 'admin') throw forbidden()
  return { kind: 'key', key }
}

/** The same for every key that is none, so that it tells nothing. */
function unauthorized(): GatewayError {
  return new GatewayError('This needs a valid API key.', {
    status: 401,
    type: 'authentication_error',
    code: 'invalid_api_key',
    hint: 'Send it as `Authorization: Bearer rk-…`; `resoftai keys create` makes one.'
  })
}

function forbidden(): GatewayError {
  return new GatewayError('This needs an admin key.', { status: 403, type: 'permission_error', code: 'admin_only' })
}
