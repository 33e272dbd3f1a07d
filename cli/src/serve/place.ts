import { HostError, type HostConfig, type Home } from '@resoftai/core'
import { join } from 'node:path'

/** Where and how the gateway serves. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly anonymous: boolean
  readonly cors: readonly string[]
  readonly maxBodyBytes: number
  readonly drainMs: number
  /** URL of the storage. */
  readonly storage: string
}

export interface PlaceOptions {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly anonymous?: boolean
}

/** By the command line, else the configuration, else variables of the environment, else the defaults. Throws `HostError` `config`. */
export function readPlace({ config, home }: { readonly config: HostConfig; readonly home: Home }, options: PlaceOptions): Place {
  const { gateway, storage, env } = config
  const { max_body_mb = 32, drain = 30, cors = [] } = gateway
  return {
    host: options.host ?? gateway.host ?? (env['HOST'] || '127.0.0.1'),
    port: options.port ?? gateway.port ?? readPort(env['PORT']) ?? 8000,
    anonymous: options.anonymous === true || (gateway.anonymous ?? saysAnonymous(env)),
    cors,
    maxBodyBytes: Math.round(max_body_mb * 1024 * 1024),
    drainMs: drain * 1000,
    storage: storage.url ?? (readDatabase(env['DATABASE_URL']) || `sqlite:${join(home.home, 'resoftai.db')}`)
  }
}

function readPort(written: string | undefined): number | undefined {
  if (written === undefined || written === '') return undefined
  if (/^\d{1,5}$/.test(written) && Number(written) <= 65_535) return Number(written)
  throw new HostError('config', `The variable PORT is no port: ${JSON.stringify(written.slice(0, 40))}.`, {
    hint: 'Write a number up to 65535.'
  })
}

/** Only an address that the storage can open; other programs have a DATABASE_URL too. */
function readDatabase(url: string | undefined): string | undefined {
  return url !== undefined && /^(sqlite:|postgres(ql)?:\/\/)/.test(url) ? url : undefined
}

function saysAnonymous(env: HostConfig['env']): boolean {
  return isYes(env['ALLOW_ANONYMOUS_ACCESS']) || isNo(env['ENABLE_CLIENT_AUTH'])
}

function isYes(written: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(written ?? '')
}

function isNo(written: string | undefined): boolean {
  return /^(0|false|no|off)$/i.test(written ?? '')
}
