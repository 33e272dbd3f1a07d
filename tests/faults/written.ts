import { expect } from '@jest/globals'
import { format, inspect } from 'node:util'
import { key } from './support.ts'

/** Every way in which a careless line of a program writes a value down. */
function written(value: unknown, depth: number): string {
  return [
    () => JSON.stringify(value),
    () => inspect(value, { depth, showHidden: true, getters: true, showProxy: true, maxArrayLength: null, maxStringLength: null }),
    () => format('%s %j %o %O', value, value, value, value),
    () => inspect(structuredClone(value), { depth, showHidden: true }),
    () => JSON.stringify({ ...(value as object) })
  ]
    .map(write => {
      try {
        return write()
      } catch (error) {
        // What cannot be copied or is a circle says so, and that is written down too.
        return inspect(error, { depth, showHidden: true })
      }
    })
    .join('\n')
}

/** A server is thousands of objects: of those only the nearest are looked at. */
export function expectNoKey(value: unknown, secret = key, depth = 8): void {
  const text = written(value, depth)
  for (const trace of [secret, secret.slice(3), Buffer.from(secret).toString('base64').slice(4, -4)]) expect(text).not.toContain(trace)
}
