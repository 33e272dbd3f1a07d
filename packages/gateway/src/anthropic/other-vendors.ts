import type { Ask } from '@resoftai/core'

/** What only this API knows: anybody else refuses the whole request for it. */
const ownFields: ReadonlySet<string> = new Set(['container', 'context_management', 'inference_geo', 'service_tier', 'speed'])

/** An ask that is not for the plugin of this API: without its own fields, and which those were, as a sentence. */
export function forOtherVendors(ask: Ask): { readonly ask: Ask; readonly warnings: readonly string[] } {
  const { extra = {}, ...rest } = ask
  const left = Object.entries(extra).filter(([name]) => !ownFields.has(name))
  const dropped = Object.keys(extra).filter(name => ownFields.has(name))
  if (dropped.length === 0) return { ask, warnings: [] }
  return {
    ask: { ...rest, ...(left.length > 0 && { extra: Object.fromEntries(left) }) },
    warnings: [`Fields that only Anthropic knows were left out: ${dropped.join(', ')}.`]
  }
}
