import type { Ask, CallOptions, ProviderClient } from '../client.ts'
import { HostError } from '../error.ts'
import { ask, askWhole, type Targets } from './ask.ts'
import { providerClient, targetOf } from './provider-client.ts'
import { drawOf, orderSteps, type RouteStep } from './route.ts'
import type { StartedProvider } from './started-provider.ts'

/** A step of a route whose provider could be started. */
export interface StartedStep extends RouteStep {
  readonly provider: StartedProvider
  readonly model: string
}

export interface StartedRoute {
  readonly name: string
  readonly sticky: boolean
  readonly steps: readonly [StartedStep, ...StartedStep[]]
  readonly random: () => number
}

/** The face of a route: the same as that of a provider, but for what only one provider can do. */
export function routeClient({ name, sticky, steps, random }: StartedRoute): ProviderClient {
  const clients = steps.map(({ provider, model }) => providerClient(provider, model))
  const targets = (asked: Ask, options?: CallOptions): Targets => {
    const draw = sticky ? drawOf(asked, options?.session) : random()
    const [first, ...rest] = orderSteps(steps, draw).map(({ provider, model, after }) => targetOf(provider, { ...asked, model }, after))
    return [first!, ...rest]
  }
  return {
    name,
    plugin: 'route',
    defaultModel: undefined,
    chat: async (asked, options) => askWhole(targets(asked, options), options),
    stream: (asked, options) => ask(targets(asked, options), 'stream', options),
    relays: asked => clients.every((client, index) => client.relays?.({ ...asked, model: steps[index]!.model }) === true),
    async embed() {
      throw new HostError('usage', `${name} is a route, and vectors of different models do not go together.`, {
        hint: 'Name one provider.'
      })
    },
    countTokens: async (asked, options) => clients[0]!.countTokens({ ...asked, model: steps[0].model }, options),
    estimateTokens: async asked => clients[0]!.estimateTokens({ ...asked, model: steps[0].model }),
    models: async () => steps.map(({ reference }) => ({ id: reference })),
    async health(options) {
      const healths = await Promise.all(clients.map(client => client.health(options)))
      return healths.find(({ ok }) => ok) ?? healths[0]!
    },
    encode: (asked, mode, options) => clients[0]!.encode({ ...asked, model: steps[0].model }, mode, options)
  }
}
