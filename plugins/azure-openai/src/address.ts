import type { Config } from './config.ts'

type Surface = NonNullable<Config['surface']>

/** A version asks for the older surface, which always has one. */
export function surfaceOf({ surface, api_version }: Config): Surface {
  return surface ?? (api_version === undefined ? 'v1' : 'deployments')
}

/** Paths below the resource (WIRE.md 6.1). */
const paths: Readonly<Record<Surface, (path: string, deployment?: string) => string>> = {
  v1: path => `/openai/v1${path}`,
  deployments: (path, deployment) =>
    deployment === undefined ? `/openai${path}` : `/openai/deployments/${encodeURIComponent(deployment)}${path}`,
  models: path => `/models${path}`
}

/** The address of each endpoint. */
export function addressOf(config: Config): (path: string, deployment?: string) => string {
  const { api_base, api_version } = config
  const surface = surfaceOf(config)
  // As the portal shows it, an address may end in a surface.
  const resource = api_base.replace(/\/(?:openai(?:\/v1)?|models)?\/?$/, '')
  const query = api_version === undefined ? '' : `?api-version=${encodeURIComponent(api_version)}`
  return (path, deployment) => {
    // The list of models is nowhere else, and needs no version.
    if (surface === 'models' && path === '/models') return resource + paths.v1(path)
    return resource + paths[surface](path, deployment) + query
  }
}
