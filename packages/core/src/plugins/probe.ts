import { realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HostError } from '../error.ts'
import type { ProbeMessage } from './probe-message.ts'
import { describeEnd, runProbe } from './probe-process.ts'

const patienceMs = 10_000

export interface Probe {
  readonly id: string
  readonly entryFile: string
  /** The only folder the code may read. */
  readonly confinedTo: string
  /** What stands for that folder in what a person reads. */
  readonly shownAs: string
  /** Makes the provider too, with this config. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly timeoutMs?: number
}

/**
 * Loads a plugin in a child process without environment and with little memory, and says what it made. Throws `HostError` `plugin` when it
 * throws, hangs, ends the process, changes built-in objects, or exports no provider.
 */
export async function probeEntry({
  id,
  entryFile,
  confinedTo,
  shownAs,
  config,
  timeoutMs = patienceMs
}: Probe): Promise<'dialect' | 'provider' | undefined> {
  const results: ProbeMessage[] = []
  const end = await runProbe({
    confinedTo,
    input: { entry: pathToFileURL(realpathSync(entryFile)).href, ...(config !== undefined && { config }) },
    patienceMs: timeoutMs,
    onMessage: message => results.push(message)
  })
  const result = results.find(message => 'fault' in message)
  const told = result === undefined ? describeEnd(end, 'load') : result.fault
  if (told === null) return result?.made
  const fault = told.replaceAll(realpathSync(confinedTo), shownAs)
  const file = join(shownAs, relative(confinedTo, entryFile))
  throw new HostError('plugin', `The code of plugin ${id} ${fault}.`, {
    hint: `See ${file}. Its author can find out more with \`resoftai plugin check\`.`,
    problems: [{ message: `The code ${fault}.`, file }]
  })
}
