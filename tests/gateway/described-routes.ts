import { goodBodies } from './good-bodies.ts'

/** A route as the OpenAPI document has it. */
export interface DescribedRoute {
  readonly name: string
  readonly method: string
  /** With `{id}` where a parameter stands. */
  readonly path: string
  readonly query: readonly string[]
  /** With every text that the route knows a place for. */
  readonly body: object | undefined
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: { readonly $ref: string } } } }
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: object }>> }
}

/** Every route of the gateway. Throws where a body has a field that `good-bodies.ts` does not. */
export async function describedRoutes(url: string): Promise<readonly DescribedRoute[]> {
  const { paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([word, { parameters = [], requestBody }]) => {
      const method = word.toUpperCase()
      const name = `${method} ${path}`
      const schema = requestBody?.content['application/json'].schema.$ref.split('/').at(-1)
      if (schema !== undefined) checkBody(name, Object.keys(components.schemas[schema]?.properties ?? {}))
      const query = parameters.filter(parameter => parameter.in === 'query').map(parameter => parameter.name)
      return { name, method, path, query, body: goodBodies[name] }
    })
  )
}

/** The id of a conversation that is not there would end the request. */
const left = new Set(['conversation_id'])

function checkBody(name: string, fields: readonly string[]): void {
  const missing = fields.filter(field => !left.has(field) && !Object.hasOwn(goodBodies[name] ?? {}, field))
  if (missing.length > 0) throw new Error(`good-bodies.ts has nothing for ${missing.join(', ')} of ${name}`)
}
