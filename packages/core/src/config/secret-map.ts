import { inspect } from 'node:util'

/** Placeholder → real value. Printed or turned into JSON it shows only the placeholders. */
export class SecretMap extends Map<string, string> {
  toJSON(): readonly string[] {
    return [...this.keys()]
  }

  [inspect.custom](): readonly string[] {
    return this.toJSON()
  }
}

/** One map for each key: of secrets that have several values the n-th together, of others the only one. */
export function secretSets(first: SecretMap, more: ReadonlyMap<string, readonly string[]>): readonly SecretMap[] {
  const count = 1 + Math.max(0, ...[...more.values()].map(values => values.length))
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? first : new SecretMap([...first].map(([name, secret]) => [name, more.get(name)?.[index - 1] ?? secret]))
  )
}
