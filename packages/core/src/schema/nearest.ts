import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The known name that was most likely meant, if any is close enough. */
export function nearest(asked: string, known: readonly string[]): string | undefined {
  // Loaded here because most runs never misspell anything.
  const { distance } = require('fastest-levenshtein') as typeof import('fastest-levenshtein')
  const wanted = plain(asked.slice(0, 100))
  const [best] = known
    .map(name => ({ name, steps: distance(wanted, plain(name)) }))
    .filter(({ name, steps }) => steps <= Math.ceil(Math.min(wanted.length, name.length) / 3))
    .toSorted((left, right) => left.steps - right.steps)
  return best?.name
}

/** What people mix up is not a difference: `apiKey`, `api-key` and `api_key`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}
