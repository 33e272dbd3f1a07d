import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Check, CheckOptions as Cases } from '@resoftai/sdk/testing'
import type { PluginCheck } from './check-result.ts'
import { readPackage } from './judge-package.ts'
import type { PluginPackage } from './manifest.ts'
import { describeEnd, runProbe } from './probe-process.ts'

export interface SuiteOptions {
  /** For one check. Default: 10,000; all of them together take a few seconds. */
  readonly patienceMs?: number
  /** Told of each check when it begins. */
  readonly onStart?: (check: Pick<Check, 'group' | 'name'>) => void
}

/** What is left to say when no check is running: what the plugin's code did to that of others. */
const atTheEnd = { group: 'purity', name: 'changes nothing that all code shares' } as const

/** Runs the conformance suite in a process of its own. A check in which that process hangs or dies has failed, and is the last one. */
export async function runSuite(
  { directory }: PluginPackage,
  copy: string,
  suite: Cases,
  { patienceMs = 10_000, onStart = () => {} }: SuiteOptions
): Promise<readonly PluginCheck[]> {
  const checks: Check[] = []
  let running: Pick<Check, 'group' | 'name'> = atTheEnd
  let told: string | null | undefined
  const end = await runProbe({
    confinedTo: copy,
    input: { entry: pathToFileURL(realpathSync(readPackage(copy).entryFile)).href, suite },
    patienceMs,
    onMessage(message) {
      if ('fault' in message) told = message.fault
      else if ('check' in message) {
        running = atTheEnd
        checks.push(message.check)
      } else {
        running = message.start
        onStart(running)
      }
    }
  })
  const fault = told === undefined ? describeEnd(end, 'check') : told
  if (fault !== null) checks.push({ ...running, status: 'failed', detail: `The code ${fault}.`, durationMs: 0 })
  return checks.map(check => toPluginCheck(check, realpathSync(copy), directory))
}

function toPluginCheck({ detail = '', file, ...check }: Check, copy: string, shownAs: string): PluginCheck {
  const message = detail.replaceAll(copy, shownAs)
  const problems = check.status === 'failed' ? [{ message, ...(file !== undefined && { file }) }] : []
  return { ...check, ok: check.status !== 'failed', problems, ...(check.status === 'skipped' && { why: message }) }
}
