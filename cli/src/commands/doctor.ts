import { isHostError, type Host, type HostConfig } from '@resoftai/core'
import type { Context } from '../context.ts'
import { checkOf, type Check } from '../doctor/check.ts'
import { checkClock } from '../doctor/clock.ts'
import { checkNode } from '../doctor/node.ts'
import { checkPluginCode, checkPluginIndex } from '../doctor/plugins.ts'
import { examineProvider } from '../doctor/providers.ts'
import { checkProxy } from '../doctor/proxy.ts'
import { checkStorage } from '../doctor/storage.ts'
import { checkTools } from '../doctor/tools.ts'
import { exitCodes } from '../exit-codes.ts'
import { withHost } from '../open-host.ts'
import { styled, type Style } from '../output/piece.ts'
import { startSpinner } from '../output/spinner.ts'
import { readPluginIndex } from '../plugin-index.ts'
import { judgeRoutes } from '../routes.ts'
import { openSetup, type Setup } from '../setup.ts'
import type { Run } from './spec.ts'

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
  const { text } = context
  const checks = [checkNode(process.versions.node, text), ...checkPluginIndex(readPluginIndex(context), context)]
  try {
    const setup = await openSetup(context)
    checks.push(checkConfiguration(setup, context), ...(await checkSecrets(setup, context)), ...checkProxy(setup.config.env, context))
    checks.push(...(await withHost(context, host => examineHost(host, setup, context, offline))))
  } catch (error) {
    if (!isHostError(error)) throw error
    const problems = error.problems.length > 0 ? error.problems : [{ message: error.message, suggestion: error.hint ?? '' }]
    checks.push(...problems.map(problem => checkOf('configuration', 'failure', problem)))
  }
  return checks
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

/** Everything that needs a host; all providers at once. */
async function examineHost(host: Host, setup: Setup, context: Context, offline: boolean): Promise<readonly Check[]> {
  const { text } = context
  const { config, plugins } = setup
  const providers = await host.providers()
  const usable = providers.some(({ state, plugin }) => state === 'ready' && plugin !== 'simulator')
  const none: Check = { area: 'providers', status: 'warning', message: text('chat.noProvider'), hint: text('chat.noProviderHint') }
  const findings = await Promise.all(providers.map(provider => examineProvider(host, provider, context, offline)))
  const broken = new Set(findings.filter(({ check }) => check.status === 'failure').map(({ name }) => name))
  return [
    ...(usable ? [] : [none]),
    ...findings.map(({ check }) => check),
    ...checkClock(findings, Date.now(), text),
    ...(await checkPluginCode(plugins, findings, context)),
    ...(await checkRoutes(host, config, context, broken)),
    ...(await checkTools(config, context, offline)),
    ...(await checkStorage(host, setup, context))
  ]
}

async function checkRoutes(host: Host, config: HostConfig, context: Context, broken: ReadonlySet<string>): Promise<readonly Check[]> {
  const judged = await judgeRoutes(host, config, context, broken)
  return judged.flatMap(({ name, models, problems }): readonly Check[] => {
    const message = context.text('doctor.route', { name, models: models.join(' → ') })
    if (problems.length === 0) return [{ area: 'routes', status: 'ok', message, name }]
    return problems.map(problem => ({ ...checkOf('routes', 'warning', problem), name }))
  })
}
