import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { makePlugin } from '../../test/plugins/make-plugin.ts'
import { probeEntry, type Probe } from './probe.ts'

function probe(code: string, more: Partial<Probe> = {}): ReturnType<typeof probeEntry> {
  const directory = makePlugin({ code })
  return probeEntry({ id: 'acme', entryFile: join(directory, 'index.js'), confinedTo: directory, shownAs: './acme', ...more })
}

describe('Code that is tried in a process of its own', () => {
  test('is stopped when it never lets go', async () => {
    await expect(probe('for (;;);', { timeoutMs: 1_000 })).rejects.toMatchObject({
      kind: 'plugin',
      message: 'The code of plugin acme was not loaded within 1 s.',
      problems: [{ message: 'The code was not loaded within 1 s.', file: 'acme/index.js' }]
    })
  })

  test('may print as much as it likes', async () => {
    await probe('console.log("x".repeat(1e6)); console.error("y".repeat(1e6)); export default { create() {} }')
  })

  test('cannot pretend that all is well by printing', async () => {
    await expect(probe('console.log(JSON.stringify({ fault: null })); process.exit(0)')).rejects.toThrow('ends the process')
  })

  test.each([
    ['makes a dialect', 'export default { create: () => ({ encode() {}, streamDecoder() {} }) }', undefined],
    ['makes a provider', 'export default { create: async () => ({ chat() {} }) }', undefined],
    ['makes nothing', 'export default { create() {} }', 'made neither a dialect'],
    ['throws', 'export default { create() { throw new TypeError("no config") } }', 'throws: no config'],
    ['rejects with a text', 'export default { create: async () => { throw "no" } }', 'throws: no'],
    ['never answers', 'export default { create: () => new Promise(() => {}) }', 'never ends'],
    [
      'changes its config',
      '"use strict"; export default { create({ config }) { config.a = 2; return { chat() {} } } }',
      'read only property'
    ]
  ])('makes its provider when it is given a config: %s', async (_name, code, words) => {
    const result = probe(code, { config: { a: 1 } })
    if (words === undefined) await result
    else await expect(result).rejects.toThrow(words)
  })
})
