// Runs in a process of its own: loads a plugin's entry file, lets it make its provider when a config is given, and says how that went.
import { writeSync } from 'node:fs'
import { deepFreeze } from '../config/deep-freeze.ts'
import { changedBuiltins, snapshotBuiltins } from './builtins.ts'
import { definitionOf } from './definition.ts'
import { isDialectOrProvider } from './made.ts'
import { reasonOf } from './reason.ts'

const [entry = '', mark = '', config] = process.argv.slice(2)
// Kept from before the plugin could change them.
const exit = process.exit.bind(process)
const toText = JSON.stringify

async function probe(): Promise<string | undefined> {
  const before = snapshotBuiltins()
  const definition = definitionOf(await import(entry))
  if (definition === undefined) return 'has no provider as its default export (export default defineProvider({ create }))'
  if (config !== undefined) {
    const quiet = () => {}
    const log = { debug: quiet, info: quiet, warn: quiet }
    const made = await definition.create({
      provider: 'check',
      config: deepFreeze(JSON.parse(config) as Record<string, unknown>),
      log,
      clock: Date.now
    })
    if (!isDialectOrProvider(made)) return 'made neither a dialect (encode, streamDecoder) nor a provider (chat) in create()'
  }
  // What it left running may fail at once.
  await new Promise(resolve => setImmediate(resolve))
  const changed = changedBuiltins(before, snapshotBuiltins())
  return changed.length === 0 ? undefined : `changes what all code shares: ${changed.slice(0, 10).join(', ')}`
}

let fault: string | undefined
try {
  fault = await probe()
} catch (error) {
  fault = `throws: ${reasonOf(error)}`
}
writeSync(3, `\n${mark}${toText({ fault: fault ?? null })}\n`)
exit(0)
