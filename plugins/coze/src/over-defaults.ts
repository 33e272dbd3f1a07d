import { isObject, type JsonObject } from '@resoftai/sdk'

/** `given` over `defaults`, field by field; what is no object wins as it is. */
export function overDefaults(defaults: JsonObject, given: unknown): unknown {
  return isObject(given) ? { ...defaults, ...given } : (given ?? defaults)
}
