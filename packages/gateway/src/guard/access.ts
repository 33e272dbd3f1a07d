import type { FastifyRequest } from 'fastify'
import type { Generation } from '../generation.ts'
import type { Caller } from './caller.ts'

/** Who may ask a route. */
export type Access = 'public' | 'client' | 'admin'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask the route; `docs` and `metrics`: whoever the setting of that name says. Default: admins. */
    readonly access?: Access | 'docs' | 'metrics'
  }
  interface FastifyRequest {
    caller: Caller
  }
}

/**
 * Decided by the route that the router has found, never by the path: an address that is no route, however it is written, wants a key too, so
 * that nobody without one learns what there is.
 */
export function accessOf({ is404, routeOptions }: FastifyRequest, settings: Pick<Generation, 'docs' | 'metrics'>): Access {
  if (is404) return 'client'
  const { access = 'admin' } = routeOptions.config
  return access === 'docs' || access === 'metrics' ? settings[access] : access
}
