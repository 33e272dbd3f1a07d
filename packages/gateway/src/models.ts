import { isHostError, type Host, type ProviderClient } from '@resoftai/core'
import { GatewayError } from './error.ts'

/** A model as it can be asked for. */
export interface ListedModel {
  /** `provider/model`, or the name of a route. */
  readonly id: string
  /** The provider; `route` for a route. */
  readonly owner: string
}

/** A list of a vendor changes rarely, and some take seconds. */
const keptMs = 300_000
/** A vendor that is slower than this has no list for now. */
const patienceMs = 5_000
/** Callers may make names up without end. */
const mostClients = 1_000

/** Finds who is asked when a model is named. */
export class Models {
  readonly #host: Host
  readonly #clients = new Map<string, ProviderClient>()
  #listed: { readonly models: Promise<readonly ListedModel[]>; readonly until: number } | undefined
  /** What each provider listed last. */
  readonly #last: Map<string, readonly string[]>

  /** `before` knows what providers listed, for one that does not answer now. */
  constructor(host: Host, before?: Models) {
    this.#host = host
    this.#last = new Map(before === undefined ? [] : before.#last)
  }

  /** By a route, by `provider/model`, or by a plain name that exactly one provider lists. Throws `GatewayError` 404. */
  async find(name: string): Promise<ProviderClient> {
    const known = this.#clients.get(name)
    if (known !== undefined) return known
    const client = await this.#open(name)
    if (this.#clients.size >= mostClients) this.#clients.clear()
    this.#clients.set(name, client)
    return client
  }

  /** Routes, and what the providers list that can be asked. Of one that does not answer in time, what it listed last. */
  list(): Promise<readonly ListedModel[]> {
    if (this.#listed === undefined || this.#listed.until < performance.now()) {
      this.#listed = { models: this.#readLists(), until: performance.now() + keptMs }
    }
    return this.#listed.models
  }

  async #open(name: string): Promise<ProviderClient> {
    const slash = name.indexOf('/')
    const isRoute = this.#host.routes().includes(name)
    if (isRoute || (slash > 0 && (await this.#hasProvider(name.slice(0, slash))))) return this.#ask(name, name)
    const offers = (await this.list()).filter(({ id, owner }) => id === `${owner}/${name}`)
    const [only] = offers
    if (only === undefined) throw unknownModel(name)
    if (offers.length > 1) {
      const names = offers.map(({ id }) => id).join(', ')
      throw new GatewayError(`Several providers have the model ${name}: ${names}.`, {
        status: 400,
        type: 'invalid_request_error',
        code: 'model_ambiguous',
        param: 'model',
        hint: 'Write provider/model.'
      })
    }
    return this.#ask(only.id, name)
  }

  async #ask(reference: string, asked: string): Promise<ProviderClient> {
    try {
      return await this.#host.model(reference)
    } catch (error) {
      if (isHostError(error) && (error.kind === 'not_found' || error.kind === 'usage')) throw unknownModel(asked)
      throw error
    }
  }

  async #hasProvider(name: string): Promise<boolean> {
    return (await this.#host.providers()).some(provider => provider.name === name)
  }

  async #readLists(): Promise<readonly ListedModel[]> {
    const providers = (await this.#host.providers()).filter(({ state }) => state === 'ready')
    const lists = providers.map(async ({ name, defaultModel }): Promise<readonly ListedModel[]> => {
      const own = defaultModel === undefined ? [] : [defaultModel]
      const listed = await this.#readList(name)
      return [...new Set([...own, ...listed])].map(id => ({ id: `${name}/${id}`, owner: name }))
    })
    return [...this.#host.routes().map(id => ({ id, owner: 'route' })), ...(await Promise.all(lists)).flat()]
  }

  async #readList(name: string): Promise<readonly string[]> {
    try {
      const provider = await this.#host.provider(name)
      const models = (await provider.models({ signal: AbortSignal.timeout(patienceMs) })).map(({ id }) => id)
      this.#last.set(name, models)
      return models
    } catch {
      return this.#last.get(name) ?? []
    }
  }
}

export function unknownModel(name: string): GatewayError {
  return new GatewayError(`There is no model ${JSON.stringify(name.slice(0, 200))}.`, {
    status: 404,
    type: 'not_found_error',
    code: 'model_not_found',
    param: 'model',
    hint: 'GET /v1/models lists them.'
  })
}
