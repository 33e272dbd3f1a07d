// Runs in a process of its own: loads a plugin's entry file, lets it make its provider when a config is given, or puts it through the
// conformance suite, and says how that went.
import { readFileSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { deserialize } from 'node:v8'
import type { checkDialect } from '@resoftai/sdk/testing'
import { deepFreeze } from '../config/deep-freeze.ts'
import { changedBuiltins, snapshotBuiltins } from './builtins.ts'
import { definitionOf } from './definition.ts'
import { isDialectOrProvider } from './made.ts'
import type { ProbeInput, ProbeMessage } from './probe-message.ts'
import { reasonOf } from './reason.ts'

const { mark, entry, config, suite } = deserialize(readFileSync(0)) as ProbeInput
// Kept from before the plugin could change them.
const exit = process.exit.bind(process)
const toText = JSON.stringify
const write = writeSync

function tell(message: ProbeMessage): void {
  write(3, `\n${mark}${toText(message)}\n`)
}

/** Of the SDK that the host put beside the plugin, asked from within: a plugin may call itself by any name. */
async function loadSuite(): Promise<{ readonly checkDialect: typeof checkDialect }> {
  const within = createRequire(join(process.cwd(), 'node_modules/@resoftai/sdk/package.json'))
  return (await import(within.resolve('@resoftai/sdk/testing'))) as { readonly checkDialect: typeof checkDialect }
}

let made: 'dialect' | 'provider' | undefined

async function probe(): Promise<string | undefined> {
  const kit = suite && (await loadSuite())
  const before = snapshotBuiltins()
  const definition = definitionOf(await import(entry))
  if (definition === undefined) return 'has no provider as its default export (export default defineProvider({ create }))'
  if (config !== undefined) {
    const quiet = () => {}
    const log = { debug: quiet, info: quiet, warn: quiet }
    const sign = () => '{{token:1}}'
    const provider = await definition.create({ provider: 'check', config: deepFreeze(config), log, clock: Date.now, sign, exchange: sign })
    if (!isDialectOrProvider(provider)) return 'made neither a dialect (encode, streamDecoder) nor a provider (chat) in create()'
    made = 'encode' in provider ? 'dialect' : 'provider'
  }
  await kit?.checkDialect(definition, { ...suite, onStart: start => tell({ start }), onCheck: check => tell({ check }) })
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
tell({ fault: fault ?? null, ...(made !== undefined && { made }) })
exit(0)
