import { instanceCachingFactory, type DependencyContainer } from 'tsyringe'
import { cancelled, isDialect, planRoute, type Call, type StartedProvider, type StartedRoute, type StartedStep } from './chat/index.ts'
import type { ProviderInfo } from './client.ts'
import { completeEntry, implicitProviders, resolveProvider, type ProviderEntry, type Resolution } from './config/index.ts'
import { HostError } from './error.ts'
import { LiveList } from './live-list.ts'
import { providerToken, tokens, type HostParts } from './parts.ts'
import type { FoundPlugin, Manifest } from './plugins/index.ts'
import { nearest } from './schema/nearest.ts'
import { startProvider } from './start-provider.ts'
import { withinLimit } from './within-limit.ts'

/** A provider that does not close is left behind. */
const closeTimeoutMs = 5_000
const settleMs = 500

/** The providers of one host, by name: each is resolved from configuration and started at its first use, once. */
export class ProviderRegistry {
  #container: DependencyContainer
  #parts: HostParts
  #entries: Record<string, ProviderEntry>
  #started: StartedProvider[] = []
  #running = new LiveList<Call>()

  constructor(container: DependencyContainer) {
    this.#container = container
    this.#parts = Object.fromEntries(
      Object.entries(tokens).map(([name, token]) => [name, container.resolve(token as never)])
    ) as unknown as HostParts
    const { config, secretStore } = this.#parts
    const manifests = this.#enabledManifests()
    const written = Object.entries(config.providers).map(([name, entry]) => [name, completeEntry(name, entry, manifests)] as const)
    this.#entries = { ...Object.fromEntries(written), ...implicitProviders({ manifests, config, secrets: secretStore }) }
    for (const name of Object.keys(this.#entries)) this.#register(name)
  }

  get names(): readonly string[] {
    return Object.keys(this.#entries)
  }

  /** Whether there is a provider, or could be one, of exactly this name; else the nearest such name, if one is near. */
  lookUp(name: string): { readonly isKnown: boolean; readonly nearest: string | undefined } {
    const { plugins, broken } = this.#parts.plugins
    const presets = plugins.flatMap(({ manifest }) => Object.keys(manifest.presets ?? {}))
    const known = [...this.names, ...plugins.map(({ id }) => id), ...broken.map(({ id }) => id), ...presets]
    return { isKnown: known.includes(name), nearest: nearest(name, known) }
  }

  /** By name, or by the id or alias of a plugin that has exactly one provider. */
  async start(name: string): Promise<StartedProvider> {
    return this.#container.resolve(providerToken<Promise<StartedProvider>>(this.#findName(name)))
  }

  get started(): readonly StartedProvider[] {
    return this.#started
  }

  /** Steps whose provider cannot be started are left out, and logged; when none is left the first one's error is thrown. */
  async startRoute(name: string): Promise<StartedRoute> {
    const { config, log, random } = this.#parts
    const { targets, sticky } = planRoute(config.routes[name] ?? [])
    const failures: unknown[] = []
    const start = async (step: (typeof targets)[number]): Promise<StartedStep[]> => {
      const slash = step.reference.indexOf('/')
      try {
        return [{ ...step, provider: await this.start(step.reference.slice(0, slash)), model: step.reference.slice(slash + 1) }]
      } catch (error) {
        failures.push(error)
        log.warn('a model of a route cannot be asked', { route: name, model: step.reference, error })
        return []
      }
    }
    const [first, ...rest] = (await Promise.all(targets.map(start))).flat()
    if (first === undefined) throw failures[0]
    return { name, sticky, steps: [first, ...rest], random }
  }

  async list(): Promise<readonly ProviderInfo[]> {
    return Promise.all(this.names.map(name => this.#describe(name)))
  }

  /** Ends running calls, then closes providers in the reverse order of their start. One that fails to close does not stop the rest. */
  async close(): Promise<void> {
    for (const call of this.#running) call.fail(cancelled('The host was closed.'))
    for (const { made, name } of this.#started.toReversed()) {
      try {
        if (!isDialect(made))
          await withinLimit(made.close?.(), closeTimeoutMs, () => new Error(`It took longer than ${closeTimeoutMs / 1000} s.`))
      } catch (error) {
        this.#parts.log.warn('a provider failed to close', { provider: name, error })
      }
    }
    await this.#sayFarewell()
    await this.#waitForCalls()
    this.#started = []
  }

  /** Calls that were ended still settle what they used. One whose reader never comes back does not. */
  async #waitForCalls(): Promise<void> {
    const until = performance.now() + settleMs
    while (this.#running.size > 0 && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 1))
  }

  /** Vendors that want to be told hear of the calls that were ended. */
  async #sayFarewell(): Promise<void> {
    const wanting = this.#started.filter(({ made }) => isDialect(made) && made.cancel !== undefined)
    if (wanting.length === 0) return
    // The calls come to their end in the next turn.
    await new Promise(resolve => setImmediate(resolve))
    await Promise.all(wanting.flatMap(({ farewells }) => [...farewells]))
  }

  /** A failed start is not kept: the next use tries again. */
  #register(name: string): void {
    const start = async () => {
      try {
        const plugin = this.#pluginOf(name)
        const started = await startProvider(plugin, await this.#resolveOrThrow(name, plugin), this.#parts, this.#running)
        this.#started.push(started)
        return started
      } catch (error) {
        this.#register(name)
        throw error
      }
    }
    this.#container.register(providerToken<Promise<StartedProvider>>(name), { useFactory: instanceCachingFactory(start) })
  }

  #findName(asked: string): string {
    if (Object.hasOwn(this.#entries, asked)) return asked
    if (this.#addPreset(asked)) return asked
    const plugin = this.#parts.plugins.get(asked)
    if (plugin !== undefined && Object.hasOwn(this.#entries, plugin.id)) return plugin.id
    const uses = plugin === undefined ? [] : this.names.filter(name => this.#pluginIdOf(name) === plugin.id)
    const [only] = uses
    if (only !== undefined && uses.length === 1) return only
    if (uses.length > 1)
      throw new HostError('not_found', `Plugin ${asked} has several providers: ${uses.join(', ')}.`, { hint: 'Name one of them.' })
    if (plugin?.enabled === false) throw disabled(plugin.id)
    if (plugin !== undefined) {
      throw new HostError('config', `Plugin ${plugin.id} is installed but not configured.`, {
        hint: `Run \`resoftai plugin config ${plugin.id}\`.`
      })
    }
    const { plugins } = this.#parts.plugins
    const pluginIds = plugins.map(({ id }) => id)
    const presets = plugins.flatMap(({ manifest }) => Object.keys(manifest.presets ?? {}))
    const close = nearest(asked, [...this.names, ...pluginIds, ...presets])
    throw new HostError('not_found', `There is no provider named "${asked}".${close === undefined ? '' : ` Did you mean ${close}?`}`, {
      hint: `Configured: ${this.names.join(', ') || 'none'}. Plugins: ${pluginIds.join(', ') || 'none'}; configure one with \`resoftai plugin config <id>\`.`
    })
  }

  #enabledManifests(): readonly Manifest[] {
    return this.#parts.plugins.plugins.filter(plugin => plugin.enabled).map(plugin => plugin.manifest)
  }

  /** A preset that nobody configured may need nothing (a local server); else its error says what it needs. */
  #addPreset(name: string): boolean {
    const { plugins } = this.#parts
    if (plugins.get(name) !== undefined) return false
    const entry = completeEntry(name, {}, this.#enabledManifests())
    if (entry['preset'] === undefined) return false
    this.#entries[name] = entry
    this.#register(name)
    return true
  }

  #pluginIdOf(name: string): string {
    const { plugin = name } = this.#entries[name] as { plugin?: unknown }
    return this.#parts.plugins.get(String(plugin))?.id ?? String(plugin)
  }

  #pluginOf(name: string): FoundPlugin {
    const { plugins } = this.#parts
    const id = this.#pluginIdOf(name)
    const plugin = plugins.get(id)
    if (plugin?.enabled === true) return plugin
    if (plugin !== undefined) throw disabled(id)
    const broken = plugins.broken.find(candidate => candidate.id === id)
    if (broken !== undefined) {
      const kind = broken.state === 'incompatible' ? 'incompatible' : 'plugin'
      throw new HostError(kind, `Plugin ${id} of provider ${name} cannot be used.`, {
        problems: broken.problems,
        hint: `Run \`resoftai plugin check ${broken.directory}\`.`
      })
    }
    const close = plugins.nearest(id)
    throw new HostError(
      'not_found',
      `Provider ${name} wants plugin ${id}, which is not installed.${close === undefined ? '' : ` Did you mean ${close}?`}`,
      {
        hint: `Run \`resoftai plugin install ${id}\`, or name another one in \`providers.${name}.plugin\`.`
      }
    )
  }

  #resolve(name: string, { manifest, manifestFile }: FoundPlugin): Promise<Resolution> {
    const { config, secretStore } = this.#parts
    return resolveProvider({ name, entry: this.#entries[name] ?? {}, manifest, manifestFile, config, secrets: secretStore })
  }

  async #resolveOrThrow(name: string, plugin: FoundPlugin) {
    const resolution = await this.#resolve(name, plugin)
    if (resolution.ok) return resolution.provider
    throw new HostError('config', `Provider ${name} is not configured correctly.`, {
      problems: resolution.problems,
      hint: `Run \`resoftai plugin config ${plugin.id}${presetOption(this.#entries[name])}\`.`
    })
  }

  async #describe(name: string): Promise<ProviderInfo> {
    const entry = this.#entries[name] ?? {}
    const info = { name, plugin: this.#pluginIdOf(name), ...(typeof entry['preset'] === 'string' && { preset: entry['preset'] }) }
    try {
      const resolution = await this.#resolve(name, this.#pluginOf(name))
      if (!resolution.ok) return { ...info, state: 'unconfigured', problem: resolution.problems.map(problem => problem.message).join(' ') }
      const { defaultModel } = resolution.provider.settings
      return { ...info, ...(defaultModel !== undefined && { defaultModel }), state: 'ready' }
    } catch (error) {
      return { ...info, state: 'unavailable', problem: (error as Error).message }
    }
  }
}

function disabled(id: string): HostError {
  return new HostError('config', `Plugin ${id} is disabled.`, { hint: `Run \`resoftai plugin enable ${id}\`.` })
}

function presetOption(entry: ProviderEntry | undefined): string {
  return typeof entry?.['preset'] === 'string' ? ` --preset ${entry['preset']}` : ''
}
