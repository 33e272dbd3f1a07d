import type { Dialect, Provider, ProviderContext, ProviderDefinition } from '@resoftai/sdk'
import { askForToken, Breaker, KeyRing, RetryBudget, TokenEstimate, TokenMint, type Call, type StartedProvider } from './chat/index.ts'
import { describeOrigin, type ResolvedProvider } from './config/index.ts'
import { HostError } from './error.ts'
import type { LiveList } from './live-list.ts'
import { Counters } from './observe/index.ts'
import type { HostParts } from './parts.ts'
import { isDialectOrProvider, loadDefinition, type FoundPlugin } from './plugins/index.ts'
import { createChannel } from './transport/index.ts'
import { withinLimit } from './within-limit.ts'

/** How long a plugin may take to load, and again to start. */
const startTimeoutMs = 10_000

/** Loads the plugin's code and lets it make its dialect or provider. */
export async function startProvider(
  plugin: FoundPlugin,
  resolved: ResolvedProvider,
  parts: HostParts,
  running: LiveList<Call>
): Promise<StartedProvider> {
  const { transport, clock, random, redactor, prices, books } = parts
  // Local servers that need no key are often given their own name as one; taking that out would make every text unreadable.
  const names = new Set([resolved.name, resolved.preset, plugin.id, ...Object.keys(plugin.manifest.presets ?? {})])
  const secrets = resolved.secretSets.flatMap(set => [...set.values()])
  for (const secret of secrets) if (!names.has(secret)) redactor.add(secret)
  const log = parts.log.child({ provider: resolved.name })
  const definition = await loadDefinition(plugin, { timeoutMs: startTimeoutMs })
  const channel = createChannel({
    transport,
    allowedHosts: resolved.allowedHosts,
    reach: resolved.reach,
    secretQuery: plugin.manifest.secretQuery ?? []
  })
  let made: Dialect | Provider | undefined
  // Asked for with the first request at the earliest, when `made` is there.
  const ask = askForToken({ channel, made: () => made!, clock, limits: resolved.settings })
  const tokens = new TokenMint({ clock, redactor, ask })
  const context: ProviderContext = Object.freeze({
    provider: resolved.name,
    config: resolved.config,
    log: Object.freeze({ ...log }),
    clock,
    sign: tokens.sign,
    exchange: tokens.exchange
  })
  made = await make(definition, context, plugin)
  return {
    name: resolved.name,
    plugin: plugin.id,
    settings: resolved.settings,
    secretOrigins: describeSecretOrigins(resolved),
    made,
    channel,
    reach: resolved.reach,
    prices,
    books,
    estimate: new TokenEstimate(),
    unpriced: new Set(),
    log,
    redactor,
    clock,
    random,
    keys: new KeyRing(resolved.name, resolved.secretSets),
    tokens,
    breaker: new Breaker(resolved.name, resolved.settings.breaker),
    budget: new RetryBudget(),
    counters: new Counters(),
    running,
    farewells: new Set()
  }
}

/** `api_key: variable GROQ_API_KEY in /project/.env` */
function describeSecretOrigins({ config, secrets, origins }: ResolvedProvider): readonly string[] {
  return Object.entries(config).flatMap(([field, value]) =>
    typeof value === 'string' && secrets.has(value) ? [`${field}: ${describeOrigin(origins[field])}`] : []
  )
}

async function make(definition: ProviderDefinition, context: ProviderContext, plugin: FoundPlugin): Promise<Dialect | Provider> {
  const late = () =>
    new HostError('plugin', `Plugin ${plugin.id} did not start within ${startTimeoutMs / 1000} s.`, {
      hint: 'Its create() never ended; tell its author.'
    })
  let made: unknown
  try {
    made = await withinLimit((async () => definition.create(context))(), startTimeoutMs, late)
  } catch (error) {
    if (error instanceof HostError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new HostError('plugin', `Plugin ${plugin.id} could not start: ${reason}`, { hint: `Run \`resoftai plugin check ${plugin.id}\`.` })
  }
  if (isDialectOrProvider(made)) return made
  throw new HostError('plugin', `Plugin ${plugin.id} made neither a dialect (encode, streamDecoder) nor a provider (chat).`, {
    hint: `See create() in ${plugin.entryFile}.`
  })
}
