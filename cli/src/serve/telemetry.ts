import type { Tracer } from '@opentelemetry/api'
import type { HostConfig, Log, Redactor } from '@resoftai/core'
import { planTraces } from './trace-plan.ts'

export interface Telemetry {
  readonly tracer: Tracer
  /** Sends what is left, within two seconds. */
  close(): Promise<void>
}

export interface TelemetryParts {
  readonly config: Pick<HostConfig, 'telemetry' | 'env'>
  readonly log: Log
  readonly redactor: Redactor
}

/**
 * Sends traces to where the configuration, or the environment, wants them; `undefined` when they are not wanted, and nothing is loaded then. What
 * becomes of them is no matter of the requests: those that cannot be sent are dropped.
 */
export async function openTelemetry({ config, log, redactor }: TelemetryParts): Promise<Telemetry | undefined> {
  const plan = planTraces(config)
  if (plan === undefined) return undefined
  for (const secret of plan.secrets) redactor.add(secret)
  if (plan.ignored.length > 0) log.warn('Variables are not understood; their defaults hold.', { variables: plan.ignored })
  lendEnvironment(config.env)
  const { sendTraces } = await import('./send-traces.ts')
  return sendTraces(plan, { log, redactor })
}

/** The exporter reads the environment of the process, which a `.env` file lies below. */
function lendEnvironment(env: HostConfig['env']): void {
  for (const [name, value] of Object.entries(env)) if (name.startsWith('OTEL_') && value !== undefined) process.env[name] ??= value
}
