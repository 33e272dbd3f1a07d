import type { ProviderDefinition } from '../provider.ts'
import { describe } from './check/difference.ts'
import { encodeChecks } from './check/encode-checks.ts'
import { errorChecks } from './check/error-checks.ts'
import { finishChecks } from './check/finish-checks.ts'
import { junkChecks } from './check/junk-checks.ts'
import { providesChecks } from './check/provides-checks.ts'
import { purityChecks } from './check/purity-checks.ts'
import { relayChecks } from './check/relay-checks.ts'
import { replyChecks } from './check/reply-checks.ts'
import { secretChecks } from './check/secret-checks.ts'
import { streamChecks } from './check/stream-checks.ts'
import { distinctConfigs, makeSubject, makeVariant, type Variant } from './check/subject.ts'
import { tokenChecks } from './check/token-checks.ts'
import { toolChecks } from './check/tool-checks.ts'
import type { Check, CheckOptions, Report } from './check/types.ts'
import { usageChecks } from './check/usage-checks.ts'
import type { Task, Verdict } from './check/verdict.ts'

/** What a dialect does with each case comes first: one that hangs there is found with the name of the case. */
const suite = [
  tokenChecks,
  encodeChecks,
  replyChecks,
  streamChecks,
  relayChecks,
  finishChecks,
  toolChecks,
  usageChecks,
  errorChecks,
  secretChecks,
  purityChecks,
  junkChecks,
  providesChecks
]

/**
 * The conformance suite of every plugin that makes a dialect. Offline and without a test framework: the report can be printed, and
 * `assertDialect` throws it. Goldens and fixtures say what this vendor does; the rest holds for every dialect.
 */
export async function checkDialect<Config>(definition: ProviderDefinition<Config>, options: CheckOptions = {}): Promise<Report> {
  const checks: Check[] = []
  const run = async (task: Task): Promise<void> => {
    options.onStart?.({ group: task.group, name: task.name })
    const check = await judge(task)
    checks.push(check)
    options.onCheck?.(check)
  }
  const variants = new Map<string, Variant>()
  for (const [key, asked] of distinctConfigs(options)) {
    const name = `create makes a dialect${asked.by === undefined ? '' : ` with the config of ${asked.by}`}`
    const create = async (): Promise<Verdict> => {
      const made = await makeVariant(definition, options, asked)
      if (typeof made === 'string') return made
      variants.set(key, made)
      return undefined
    }
    await run({ group: 'create', name, judge: create })
    if (variants.size === 0) break
  }
  const subject = makeSubject(options, variants)
  const tasks = variants.size === 0 ? [] : suite.flatMap(makeTasks => makeTasks(subject))
  for (const task of tasks) await run(task)
  return { ok: checks.every(({ status }) => status !== 'failed'), checks }
}

/** `checkDialect`, for a test: throws one error that lists everything that is wrong. What was skipped is not. */
export async function assertDialect<Config>(definition: ProviderDefinition<Config>, options: CheckOptions = {}): Promise<void> {
  const { ok, checks } = await checkDialect(definition, options)
  if (ok) return
  const failed = checks.filter(({ status }) => status === 'failed')
  const list = failed
    .map(({ group, name, detail, file }) => `- ${group}: ${name}: ${detail}${file === undefined ? '' : ` (${file})`}`)
    .join('\n')
  throw new Error(`${failed.length} of ${checks.length} checks of the dialect failed:\n${list}`)
}

/** A dialect may throw a message of any length. */
const longestDetail = 4_000

async function judge({ group, name, judge: find }: Task): Promise<Check> {
  const start = performance.now()
  const verdict = await (async () => find())().catch((error: unknown) => `it threw ${describe(error)}`)
  const durationMs = Math.round(performance.now() - start)
  if (verdict === undefined) return { group, name, status: 'ok', durationMs }
  if (typeof verdict === 'object' && 'skipped' in verdict) return { group, name, status: 'skipped', detail: verdict.skipped, durationMs }
  const { detail, file } = typeof verdict === 'string' ? { detail: verdict } : verdict
  return { group, name, status: 'failed', detail: detail.slice(0, longestDetail), ...(file !== undefined && { file }), durationMs }
}
