import { HostError, type Host, type ProviderClient } from '@resoftai/core'
import type { Input } from '../commands/spec.ts'
import type { Translate } from '../messages/index.ts'
import { isReference } from '../routes.ts'

export interface Choice {
  readonly client: ProviderClient
  /** As typed, for a provider that was named apart; else the client's own. */
  readonly model: string | undefined
}

/** `-p name`, `-m provider/model`, both, `-m route`, or the first provider that is ready. */
export async function chooseProvider(host: Host, input: Input, text: Translate): Promise<Choice> {
  const provider = input.value('provider')
  const model = input.value('model')
  if (provider !== undefined) return { client: await host.provider(provider), model }
  if (model !== undefined && isReference(host, model)) return { client: await host.model(model), model: undefined }
  return { client: await host.provider(await firstReady(host, text)), model }
}

/** The provider that is asked when none is named: the first that is ready. */
export async function firstReady(host: Host, text: Translate): Promise<string> {
  const providers = await host.providers()
  // The simulator needs no configuration, so it is always ready; an answer of it must have been asked for.
  const ready = providers.find(({ state, plugin }) => state === 'ready' && plugin !== 'simulator')
  if (ready !== undefined) return ready.name
  const problems = providers.map(({ name, problem = '' }) => ({ message: problem, path: `providers.${name}` }))
  throw new HostError('config', text('chat.noProvider'), { problems, hint: text('chat.noProviderHint') })
}

/** Who is asked, for a person: `provider/model`, or the name of the route. */
export function describeChoice({ client, model = client.defaultModel ?? '?' }: Choice): string {
  return isRoute(client) ? client.name : `${client.name}/${model}`
}

export function isRoute({ plugin }: ProviderClient): boolean {
  return plugin === 'route'
}
