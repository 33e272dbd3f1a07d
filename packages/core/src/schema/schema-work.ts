import type { JsonSchema } from '@resoftai/sdk'
import { schemaParts } from './schema-parts.ts'

/** Schemas that judge one value, each counted as often as it is reached. */
const mostWork = 5_000

/**
 * Why judging a value would never end or take for ever: a `$ref` that comes back to the same value, or references that fan out again and
 * again (thirty times two is a billion). `undefined` when it is fine.
 */
export function schemaWork(schema: JsonSchema, resolve: (reference: string) => JsonSchema | undefined): string | undefined {
  const known = new Map<JsonSchema, number>()

  function work(part: JsonSchema): number {
    const done = known.get(part)
    if (done !== undefined) return done
    known.set(part, Infinity) // Whoever comes back here while it is counted is in a loop.
    const reference = typeof part['$ref'] === 'string' ? resolve(part['$ref']) : undefined
    const judges = schemaParts(part).flatMap(inside => (inside.sameValue ? [inside.schema] : []))
    const sum = [...judges, ...(reference === undefined ? [] : [reference])].reduce((total, next) => total + work(next), 1)
    known.set(part, sum)
    return sum
  }

  function worst(part: JsonSchema): number {
    return Math.max(work(part), ...schemaParts(part).map(inside => worst(inside.schema)))
  }

  const most = worst(schema)
  if (most === Infinity) return 'The schema has a $ref that leads back to itself.'
  return most > mostWork ? 'The schema refers to its own parts so often that judging a value would take too long.' : undefined
}
