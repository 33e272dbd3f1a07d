import { ProviderError } from '@resoftai/sdk'
import { faults, isFault, type Fault } from './fault.ts'

const behaviours = ['canned', 'echo', 'reasoning', 'tools', 'slow'] as const

export type Behaviour = (typeof behaviours)[number]

/** Every model, the default one first. */
export const models: readonly string[] = [...behaviours, ...Object.keys(faults).map(name => `fault:${name}`)]

/** What a model name asks for. Throws `not_found` for a name that is no model. */
export function readModel(model: string): { readonly behaviour: Behaviour; readonly fault?: Fault } {
  const behaviour = behaviours.find(name => name === (model || 'canned'))
  if (behaviour !== undefined) return { behaviour }
  const fault = model.startsWith('fault:') ? model.slice('fault:'.length) : ''
  if (isFault(fault)) return { behaviour: fault === 'slow' ? 'slow' : 'canned', fault }
  throw new ProviderError('not_found', `The simulator has no model "${model}".`, {
    hint: `Use one of ${behaviours.join(', ')}, or fault:<name> with one of ${Object.keys(faults).join(', ')}.`
  })
}

export function isKnownModel(model: string): boolean {
  return models.includes(model)
}
