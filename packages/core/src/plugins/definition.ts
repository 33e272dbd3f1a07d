import type { ProviderDefinition } from '@resoftai/sdk'

/** The definition that a loaded module exports, `undefined` when it exports none. A transpiled CommonJS module wraps its default once more. */
export function definitionOf(module: unknown): ProviderDefinition | undefined {
  const { default: exported } = (module ?? {}) as { readonly default?: unknown }
  if (isDefinition(exported)) return exported
  const { default: inner } = (exported ?? {}) as { readonly default?: unknown }
  return isDefinition(inner) ? inner : undefined
}

function isDefinition(value: unknown): value is ProviderDefinition {
  return typeof value === 'object' && value !== null && typeof (value as { readonly create?: unknown }).create === 'function'
}
