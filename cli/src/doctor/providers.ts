import { isHostError, type Health, type Host, type HostError, type ProviderClient, type ProviderInfo } from '@resoftai/core'
import type { Context } from '../context.ts'
import { describe, type Check } from './check.ts'
import type { CodeState } from './plugins.ts'

/** How long a provider may take to prove itself. */
const patienceMs = 10_000

/** What was found out about one provider. */
export interface Finding {
  readonly name: string
  readonly plugin: string
  readonly check: Check
  readonly code: CodeState
  readonly clockSkewMs?: number | undefined
}

/** Starts a provider and, unless `offline`, lets it prove address and keys with a request that costs nothing. */
export async function examineProvider(
  host: Host,
  { name, plugin, state }: ProviderInfo,
  context: Context,
  offline: boolean
): Promise<Finding> {
  const { text } = context
  let client: ProviderClient
  try {
    client = await host.provider(name)
  } catch (error) {
    if (!isHostError(error)) throw error
    if (state === 'ready') return { name, plugin, code: 'failed', check: describeFailedStart(name, error, context) }
    return { name, plugin, code: 'untried', check: describeUnready(name, state, error, context) }
  }
  const found = { name, plugin, code: 'loaded' } as const
  if (offline) return { ...found, check: { area: 'providers', status: 'ok', message: text('doctor.notAsked', { name }), name } }
  const health = await probe(host, client, context)
  return { ...found, check: describeHealth(name, health, context), clockSkewMs: health.clockSkewMs }
}

type Proof = Health & { readonly keys: { readonly total: number; readonly resting: number } }

/** Keys are used in turn, so as many requests as there are keys prove each of them; one that is refused rests. */
async function probe(host: Host, client: ProviderClient, { interrupts }: Context): Promise<Proof> {
  const signal = AbortSignal.any([interrupts.signal, AbortSignal.timeout(patienceMs)])
  const health = await client.health({ signal })
  const keys = () => host.stats()[client.name]?.keys ?? { total: 1, resting: 0 }
  for (let key = 1; health.ok && key < keys().total; key++) await client.health({ signal })
  return { ...health, keys: keys() }
}

function describeHealth(name: string, { ok, durationMs: ms, error, keys }: Proof, context: Context): Check {
  const { text } = context
  const { total, resting: refused } = keys
  const about = { area: 'providers', name } as const
  if (!ok) return describeFailure(name, error ?? { kind: 'protocol', message: '' }, total, context)
  if (refused > 0) {
    const message = text('doctor.keysRefused', { name, ms, refused, total })
    return { ...about, status: 'warning', message, hint: text('doctor.keysRefusedHint') }
  }
  return {
    ...about,
    status: 'ok',
    message: total > 1 ? text('doctor.answersKeys', { name, ms, total }) : text('doctor.answers', { name, ms })
  }
}

/** Tells a provider that cannot be reached from one that was reached and refuses the key. */
function describeFailure(name: string, error: NonNullable<Health['error']>, total: number, { text }: Context): Check {
  const { kind, code, message: reason, hint } = error
  const about = { area: 'providers', name, kind, code } as const
  const failed = (message: string): Check => ({ ...about, status: 'failure', message, hint })
  switch (kind) {
    case 'usage':
      return { ...about, status: 'ok', message: text('doctor.notProvable', { name }) }
    case 'cancelled':
      return failed(text('doctor.tooSlow', { name, seconds: patienceMs / 1000 }))
    case 'network':
    case 'timeout':
      return failed(text('doctor.unreachable', { name, reason }))
    case 'auth':
    case 'permission':
      if (code === 'host_not_allowed') break
      return failed(total > 1 ? text('doctor.allKeysRefused', { name, total, reason }) : text('doctor.keyRefused', { name, reason }))
  }
  return failed(text('doctor.fails', { name, reason }))
}

function describeFailedStart(name: string, error: HostError, { text }: Context): Check {
  const { kind, hint } = error
  return { area: 'providers', status: 'failure', message: text('doctor.noStart', { name, reason: reasonOf(error) }), hint, name, kind }
}

function describeUnready(name: string, state: ProviderInfo['state'], error: HostError, { text }: Context): Check {
  const { kind, hint, problems } = error
  const message = text('doctor.notReady', { name, state: text(`state.${state}`), problem: reasonOf(error) })
  const suggestions = problems.flatMap(({ suggestion }) => suggestion ?? [])
  const advice = suggestions.length > 0 ? suggestions.join(' ') : hint
  return { area: 'providers', status: state === 'unconfigured' ? 'warning' : 'failure', message, hint: advice, name, kind }
}

function reasonOf({ message, problems }: HostError): string {
  return problems.length === 0 ? message : problems.map(describe).join(' ')
}
