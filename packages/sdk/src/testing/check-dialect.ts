import type { Dialect } from '../dialect.ts'
import type { ProviderContext, ProviderDefinition } from '../provider.ts'
import { describe } from './check/difference.ts'
import { deepFreeze, encodeChecks, placeholder } from './check/encode-checks.ts'
import { fixtureChecks } from './check/fixture-checks.ts'
import { robustnessChecks } from './check/robustness-checks.ts'
import type { Check, CheckOptions, Judge, Report } from './check/types.ts'

/**
 * The conformance suite of every plugin that makes a dialect. Offline and without a test framework: the report can be printed, and
 * `assertDialect` throws it. Goldens and fixtures say what this vendor does; the rest holds for every dialect.
 */
export async function checkDialect<Config>(definition: ProviderDefinition<Config>, options: CheckOptions = {}): Promise<Report> {
  let dialect: Dialect | undefined
  const create = await judge('create makes a dialect', async () => {
    const made = await definition.create(contextFor(options))
    if (!('encode' in made)) return 'create() made a provider of its own, which this suite cannot check'
    dialect = made
    return undefined
  })
  const rest =
    dialect === undefined
      ? []
      : [...encodeChecks(dialect, options), ...fixtureChecks(dialect, options), ...robustnessChecks(dialect, options)]
  const checks = [create]
  for (const [name, work] of rest) checks.push(await judge(name, work))
  return { ok: checks.every(check => check.ok), checks }
}

/** `checkDialect`, for a test: throws one error that lists everything that is wrong. */
export async function assertDialect<Config>(definition: ProviderDefinition<Config>, options: CheckOptions = {}): Promise<void> {
  const { ok, checks } = await checkDialect(definition, options)
  if (ok) return
  const failed = checks.filter(check => !check.ok)
  const list = failed.map(({ name, detail }) => `- ${name}: ${detail}`).join('\n')
  throw new Error(`${failed.length} of ${checks.length} checks of the dialect failed:\n${list}`)
}

async function judge(name: string, work: Judge): Promise<Check> {
  try {
    const detail = await work()
    return detail === undefined ? { name, ok: true } : { name, ok: false, detail }
  } catch (error) {
    return { name, ok: false, detail: `it threw ${describe(error)}` }
  }
}

const ignore = (): void => {}

/** As a host makes it: frozen, placeholders instead of secrets. */
function contextFor<Config>({ config = {}, secrets = [], now = 1_700_000_000_000 }: CheckOptions): ProviderContext<Config> {
  const filled = { ...structuredClone(config), ...Object.fromEntries(secrets.map(field => [field, placeholder(field)])) }
  return deepFreeze({
    provider: 'check',
    config: filled as Config,
    log: { debug: ignore, info: ignore, warn: ignore },
    clock: () => now
  })
}
