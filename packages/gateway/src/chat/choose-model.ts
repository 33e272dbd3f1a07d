import type { Host } from '@resoftai/core'
import { badRequest } from '../error.ts'
import type { Caller } from '../guard/caller.ts'
import { mayAsk } from '../guard/allowed-models.ts'
import type { ChatAsk } from './read-chat-body.ts'

/** Answers where nothing is configured. */
const simulator = 'simulator/canned'

/** The model that is asked: as named, else the default model of the first provider that is ready and that the caller may ask. */
export async function chooseModel({ provider, model }: Pick<ChatAsk, 'provider' | 'model'>, host: Host, caller: Caller): Promise<string> {
  if (model !== undefined) return provider === undefined ? model : `${provider}/${model}`
  const providers = await host.providers()
  if (provider !== undefined) {
    const named = providers.find(({ name }) => name === provider)
    if (named?.defaultModel !== undefined) return `${provider}/${named.defaultModel}`
    throw badRequest(`The provider ${JSON.stringify(provider)} is not known or has no default model: name the \`model\` too.`, 'provider')
  }
  // The simulator is always ready; where somebody else is, an answer of it must have been asked for.
  const offers = providers.flatMap(({ name, plugin, state, defaultModel }) =>
    state === 'ready' && plugin !== 'simulator' && defaultModel !== undefined ? [`${name}/${defaultModel}`] : []
  )
  return offers.find(offer => mayAsk(caller, offer)) ?? offers[0] ?? simulator
}
