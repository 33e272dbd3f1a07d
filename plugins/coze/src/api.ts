import type { WireRequest } from '@resoftai/sdk'

/** Where the API is, and what authorises there. */
export interface Api {
  url(path: string, query?: Readonly<Record<string, string>>): string
  readonly headers: Readonly<Record<string, string>>
}

export function createApi(base: string, authorization: string): Api {
  const address = base.replace(/\/+$/, '')
  return {
    url: (path, query = {}) => {
      const search = new URLSearchParams(query).toString()
      return `${address}${path}${search === '' ? '' : `?${search}`}`
    },
    headers: { Authorization: authorization }
  }
}

/** A request that only reads. */
export function get(api: Api, path: string, query?: Readonly<Record<string, string>>): WireRequest {
  return { method: 'GET', url: api.url(path, query), headers: api.headers }
}

/** The API's own headers and the request's, which win. A name may be written with `_`: `X_Tt_Env` is sent as `X-Tt-Env`. */
export function joinHeaders(own: Api['headers'], asked: Api['headers'] = {}): Api['headers'] {
  const named = Object.entries(asked).map(([name, value]) => [name.replaceAll('_', '-'), value] as const)
  const replaced = new Set(named.map(([name]) => name.toLowerCase()))
  return Object.fromEntries([...Object.entries(own).filter(([name]) => !replaced.has(name.toLowerCase())), ...named])
}
