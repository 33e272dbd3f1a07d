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
