import type { Check } from '@resoftai/sdk/testing'
import { isHostError, type Problem } from '../error.ts'

/** One thing that an author must get right. */
export interface PluginCheck {
  /** `manifest`: what the plugin says about itself. `package`: what would be published is whole and loads. The rest: see `checkGroups`. */
  readonly group: 'manifest' | 'package' | Check['group']
  /**
   * `manifest`: it, `package.json` and the versions they want. `schema`: of the config. `presets`: they and the defaults fit the schema.
   * `package`: what would be published is whole. `entry`: the code loads. `create`: it makes a dialect or provider. `conformance`: the
   * cases can be read. Any other: a check of the conformance suite, in English.
   */
  readonly name: string
  /** `skipped`: there is nothing to try it with. */
  readonly status: Check['status']
  /** False when it failed. */
  readonly ok: boolean
  /** Why it failed. */
  readonly problems: readonly Problem[]
  /** What to add, when it was skipped. */
  readonly why?: string
  readonly durationMs: number
}

type Found = readonly Problem[] | void

/** What `work` gives is wrong, and what it throws as `HostError`. */
export async function judge(group: PluginCheck['group'], name: string, work: () => Found | Promise<Found>): Promise<PluginCheck> {
  const start = performance.now()
  const problems = await problemsOf(work)
  const ok = problems.length === 0
  return { group, name, status: ok ? 'ok' : 'failed', ok, problems, durationMs: Math.round(performance.now() - start) }
}

export function skip(group: PluginCheck['group'], name: string, why: string): PluginCheck {
  return { group, name, status: 'skipped', ok: true, problems: [], why, durationMs: 0 }
}

async function problemsOf(work: () => Found | Promise<Found>): Promise<readonly Problem[]> {
  try {
    return (await work()) ?? []
  } catch (error) {
    if (!isHostError(error)) throw error
    return error.problems.length > 0
      ? error.problems
      : [{ message: error.message, ...(error.hint !== undefined && { suggestion: error.hint }) }]
  }
}
