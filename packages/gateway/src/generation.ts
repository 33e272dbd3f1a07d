import type { Host } from '@resoftai/core'
import { Models } from './models.ts'

/** What may change while the gateway serves: all of it at once. */
export interface Settings {
  /** Stays open when the gateway closes. */
  readonly host: Host
  /** Requests without a key are served. Default: false. */
  readonly anonymous?: boolean
  /** The largest request body, in bytes. Default: 33,554,432 (32 MiB). */
  readonly maxBodyBytes?: number
  /** Origins whose pages may ask, such as `https://chat.example.com`. Default: none. */
  readonly cors?: readonly string[]
  /** Who may read `/metrics`. Default: `admin`. */
  readonly metrics?: 'admin' | 'public'
  /** Who may read `/docs`, `/redoc` and `/openapi.json`, which tell nothing but what this documentation does. Default: `public`. */
  readonly docs?: 'admin' | 'public'
}

/** Settings that are in use, and what is made of them. */
export interface Generation extends Required<Omit<Settings, 'cors'>> {
  readonly models: Models
  /** Those whose pages may ask, as a browser writes them. */
  readonly origins: ReadonlySet<string>
}

const defaultBodyBytes = 32 * 1024 * 1024

/** Throws where an origin is none. `before`: the generation whose place it takes. */
export function makeGeneration(
  { host, anonymous = false, maxBodyBytes = defaultBodyBytes, cors = [], metrics = 'admin', docs = 'public' }: Settings,
  before?: Pick<Generation, 'models'>
): Generation {
  return {
    host,
    models: new Models(host, before?.models),
    anonymous,
    maxBodyBytes,
    origins: new Set(cors.map(origin => new URL(origin).origin)),
    metrics,
    docs
  }
}
