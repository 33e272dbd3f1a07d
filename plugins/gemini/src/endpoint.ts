import { ProviderError } from '@resoftai/sdk'

const geminiBase = 'https://generativelanguage.googleapis.com/v1beta'

export interface EndpointConfig {
  readonly api_base?: string
  /** With a project it is Vertex AI. */
  readonly project?: string
  readonly location?: string
}

/** The addresses of one of the two services that speak this API (WIRE.md 10.1). */
export interface Endpoint {
  readonly isVertex: boolean
  /** Address of a path below the base. */
  readonly url: (path: string) => string
  readonly modelUrl: (model: string, method: string) => string
  /** The model as bodies name it, e.g. `models/gemini-3.5-flash`. Throws when no model can be called so. */
  readonly modelName: (model: string) => string
}

export function createEndpoint({ api_base, project, location = 'global' }: EndpointConfig): Endpoint {
  const isVertex = project !== undefined
  const base = (api_base ?? (isVertex ? vertexBase(location) : geminiBase)).replace(/\/$/, '')
  const parent = isVertex ? `/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}` : ''
  const modelName = (model: string) => (isVertex ? nameAtVertex(model) : nameModel(model, 'models'))
  return {
    isVertex,
    url: path => `${base}${parent}/${path}`,
    modelUrl: (model, method) => `${base}${parent}/${encodePath(modelName(model))}:${method}`,
    modelName
  }
}

function vertexBase(location: string): string {
  return `https://${location === 'global' ? '' : `${location}-`}aiplatform.googleapis.com/v1`
}

function nameAtVertex(model: string): string {
  return nameModel(model.replace(/^models\//, ''), 'publishers/google/models')
}

/** A name with a slash says itself where it stands: `tunedModels/x`, `endpoints/123`. */
function nameModel(model: string, collection: string): string {
  const name = model.includes('/') ? model : `${collection}/${model}`
  if (name.split('/').some(part => part === '' || part === '.' || part === '..')) {
    throw new ProviderError('bad_request', `"${model}" is no name of a model.`, {
      hint: '`resoftai models` lists the models of this provider.'
    })
  }
  return name
}

function encodePath(name: string): string {
  const parts = name.split('/').map(part => encodeURIComponent(part.toWellFormed()))
  return parts.join('/')
}
