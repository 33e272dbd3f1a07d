import { isHostError, type Host, type Problem, type ProviderInfo } from '@resoftai/core'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withHost } from '../open-host.ts'
import { styled, type Style } from '../output/piece.ts'
import { startSpinner } from '../output/spinner.ts'
import { readPluginIndex } from '../plugin-index.ts'
import { openSetup, type Setup } from '../setup.ts'
import type { Run } from './spec.ts'

/** How long a provider may take to prove itself. */
const healthMs = 10_000

interface Check {
  readonly area: 'node' | 'configuration' | 'plugins' | 'secrets' | 'providers'
  readonly status: 'ok' | 'warning' | 'failure'
  readonly message: string
  /** What to do. */
  readonly hint?: string | undefined
}

const marks: Readonly<Record<Check['status'], { readonly mark: string; readonly style: Style }>> = {
  ok: { mark: '✓ ', style: 'green' },
  warning: { mark: '! ', style: 'yellow' },
  failure: { mark: '✗ ', style: 'red' }
}

export const doctor: Run = async (context, input) => {
  const { output, text } = context
  const spinner = startSpinner(output, text('doctor.looking'))
  const checks = await examine(context, input.flag('offline')).finally(spinner.stop)
  const ok = checks.every(({ status }) => status !== 'failure')
  if (output.json) output.document({ ok, checks })
  for (const { status, message, hint } of checks) {
    output.line(styled(marks[status].style, marks[status].mark), message)
    if (hint !== undefined) output.line('  ', styled('cyan', hint))
  }
  output.line()
  const well = checks.every(({ status }) => status === 'ok')
  output.line(text(well ? 'doctor.well' : ok ? 'doctor.fair' : 'doctor.ill'))
  return ok ? exitCodes.ok : exitCodes.failure
}

async function examine(context: Context, offline: boolean): Promise<readonly Check[]> {
  const before = [describeNode(context), ...checkPlugins(context)]
  try {
    const setup = await openSetup(context)
    const configuration = checkConfiguration(setup, context)
    return [...before, configuration, ...(await checkSecrets(setup, context)), ...(await checkProviders(context, offline))]
  } catch (error) {
    if (!isHostError(error)) throw error
    const problems = error.problems.length > 0 ? error.problems : [{ message: error.message, suggestion: error.hint ?? '' }]
    return [...before, ...problems.map(problem => faultOf('configuration', problem))]
  }
}

/** On an older Node than is needed `bin/resoftai.js` has ended before. */
function describeNode({ text }: Context): Check {
  return { area: 'node', status: 'ok', message: text('doctor.node', { version: process.versions.node }) }
}

function checkPlugins(context: Context): readonly Check[] {
  const { text } = context
  const { plugins, broken, warnings } = readPluginIndex(context)
  const found: Check = {
    area: 'plugins',
    status: 'ok',
    message: text('doctor.plugins', { count: plugins.length, names: plugins.map(({ id }) => id).join(', ') })
  }
  const shadowed = plugins
    .filter(({ shadows }) => shadows.length > 0)
    .map(({ id, directory, shadows }): Check => ({
      area: 'plugins',
      status: 'warning',
      message: text('doctor.shadowed', { id, directory, others: shadows.join(', ') })
    }))
  const clashes = warnings.map((warning): Check => ({ ...faultOf('plugins', warning), status: 'warning' }))
  return [found, ...shadowed, ...clashes, ...broken.flatMap(({ id, problems }) => problems.map(problem => faultOf('plugins', problem, id)))]
}

function checkConfiguration({ config, home }: Setup, { text }: Context): Check {
  const { files } = config
  const message = files.length === 0 ? text('config.noFile', { file: home.configFile }) : text('doctor.files', { files: files.join(', ') })
  return { area: 'configuration', status: 'ok', message }
}

async function checkSecrets({ secrets, home }: Setup, { text }: Context): Promise<readonly Check[]> {
  const { permissionWarning } = await import('@resoftai/core')
  const warnings = [secrets.warning(), permissionWarning(home.configFile)].filter(warning => warning !== undefined)
  const message = text('doctor.secrets', { count: secrets.list().length, store: secrets.place })
  return [
    { area: 'secrets', status: 'ok', message },
    ...warnings.map((warning): Check => ({ area: 'secrets', status: 'warning', message: warning }))
  ]
}

/** Each ready provider proves address and key with a request that costs nothing; all at once. */
async function checkProviders(context: Context, offline: boolean): Promise<readonly Check[]> {
  const { text } = context
  return withHost(context, async host => {
    const providers = await host.providers()
    const usable = providers.some(({ state, plugin }) => state === 'ready' && plugin !== 'simulator')
    const none: Check = { area: 'providers', status: 'warning', message: text('chat.noProvider'), hint: text('chat.noProviderHint') }
    return [...(usable ? [] : [none]), ...(await Promise.all(providers.map(provider => checkProvider(host, provider, context, offline))))]
  })
}

async function checkProvider(
  host: Host,
  { name, state, problem }: ProviderInfo,
  { text, interrupts }: Context,
  offline: boolean
): Promise<Check> {
  if (state !== 'ready') {
    const message = text('doctor.notReady', { name, state: text(`state.${state}`), problem: problem ?? '' })
    return { area: 'providers', status: state === 'unconfigured' ? 'warning' : 'failure', message }
  }
  if (offline) return { area: 'providers', status: 'ok', message: text('doctor.notAsked', { name }) }
  try {
    const client = await host.provider(name)
    const signal = AbortSignal.any([interrupts.signal, AbortSignal.timeout(healthMs)])
    const { ok, durationMs, error } = await client.health({ signal })
    if (ok) return { area: 'providers', status: 'ok', message: text('doctor.answers', { name, ms: Math.round(durationMs) }) }
    return { area: 'providers', status: 'failure', message: `${name}: ${error?.message ?? ''}`, hint: error?.hint }
  } catch (error) {
    return {
      area: 'providers',
      status: 'failure',
      message: `${name}: ${error instanceof Error ? error.message : String(error)}`,
      hint: isHostError(error) ? error.hint : undefined
    }
  }
}

function faultOf(area: Check['area'], { message, file, line, path, suggestion }: Problem, name?: string): Check {
  const place = [name, file === undefined ? undefined : line === undefined ? file : `${file}:${line}`, path].filter(
    part => part !== undefined
  )
  return {
    area,
    status: 'failure',
    message: [...place, message].join(': '),
    ...(suggestion !== undefined && suggestion !== '' && { hint: suggestion })
  }
}
