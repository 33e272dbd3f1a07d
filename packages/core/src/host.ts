import 'reflect-metadata'
import { container as root, instanceCachingFactory } from 'tsyringe'
import { providerClient, routeClient, type StartedProvider } from './chat/index.ts'
import type { Host } from './client.ts'
import { loadConfig, resolveHome, secretStore } from './config/index.ts'
import { createPrices } from './cost/index.ts'
import { HostError } from './error.ts'
import type { HostOptions } from './host-options.ts'
import { createLog, createRedactor, type ProviderStats } from './observe/index.ts'
import { tokens, type HostParts } from './parts.ts'
import { findPlugins } from './plugins/index.ts'
import { checkBudgets } from './check-budgets.ts'
import { createBooks, createLedger } from './open-books.ts'
import { ProviderRegistry } from './provider-registry.ts'
import { createTransport } from './transport/index.ts'
import { viewLedger } from './view-ledger.ts'

/** The composition root: the one place that knows how the parts are made and who gets them. */
export async function composeHost(options: HostOptions = {}): Promise<Host> {
  const { cwd = process.cwd(), env = process.env, overrides = {} } = options
  const place = options.home ?? resolveHome(env)
  const home = typeof place === 'string' ? place : place.home
  const config = overrides.config ?? (await loadConfig({ cwd, env, home: place, ...pick(options, 'file', 'config') }))

  const container = root.createChildContainer()
  const part = <Name extends keyof HostParts>(name: Name): HostParts[Name] => container.resolve(tokens[name])
  const make: { readonly [Name in keyof HostParts]: () => HostParts[Name] } = {
    clock: () => Date.now,
    random: () => Math.random,
    redactor: () => createRedactor(),
    log: () => createLog({ level: config.log.level, redactor: part('redactor') }),
    transport: () => createTransport({ env: config.env }),
    config: () => config,
    secretStore: () => secretStore({ home }),
    plugins: () => findPlugins({ home, bundled: options.bundled ?? [], paths: options.pluginPaths ?? [] }),
    prices: () => createPrices({ home, log: () => part('log') }),
    ledger: () => createLedger({ config, home, options, clock: part('clock'), redactor: part('redactor'), log: () => part('log') }),
    books: () => createBooks(config, part('ledger'), part('prices'))
  }
  const register = <Name extends keyof HostParts>(name: Name) => {
    const own = overrides[name]
    container.register<HostParts[Name]>(tokens[name], { useFactory: instanceCachingFactory(() => own ?? make[name]()) })
  }
  for (const name of Object.keys(make) as (keyof HostParts)[]) register(name)

  const registry = new ProviderRegistry(container)
  checkBudgets(config, registry)
  let closed = false
  const checkOpen = () => {
    if (closed) throw new HostError('usage', 'The host is closed.')
  }
  const start = async (name: string) => {
    checkOpen()
    return registry.start(name)
  }
  return {
    provider: async name => providerClient(await start(name)),
    async model(reference) {
      const slash = reference.indexOf('/')
      if (slash === -1 && Object.hasOwn(config.routes, reference)) {
        checkOpen()
        return routeClient(await registry.startRoute(reference))
      }
      if (slash <= 0 || slash === reference.length - 1) {
        const routes = Object.keys(config.routes)
        throw new HostError('usage', `"${reference}" is no model reference${routes.length === 0 ? '' : ' and no route'}.`, {
          hint: `Write provider/model: what is before the first slash names the provider.${routes.length === 0 ? '' : ` Routes: ${routes.join(', ')}.`}`
        })
      }
      return providerClient(await start(reference.slice(0, slash)), reference.slice(slash + 1))
    },
    routes: () => Object.keys(config.routes),
    stats: () => Object.fromEntries(registry.started.map(provider => [provider.name, statsOf(provider)])),
    providers: () => registry.list(),
    ledger: viewLedger({ ledger: part('ledger'), books: part('books'), prices: part('prices'), clock: part('clock') }),
    async close() {
      if (closed) return
      closed = true
      await registry.close()
      await part('ledger').close()
      await part('transport').close()
    }
  }
}

function statsOf({ counters, breaker, keys }: StartedProvider): ProviderStats {
  return {
    ...counters.snapshot(),
    breaker: { state: breaker.state, opened: breaker.times },
    keys: { total: keys.size, resting: keys.resting }
  }
}

/** The given keys that are set: optional properties must be absent rather than `undefined`. */
function pick<T extends object, Key extends keyof T>(source: T, ...keys: Key[]): Pick<T, Key> {
  return Object.fromEntries(keys.filter(key => source[key] !== undefined).map(key => [key, source[key]])) as Pick<T, Key>
}
