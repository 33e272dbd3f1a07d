import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { HostError, type Problem } from '../error.ts'
import { budgetsOf, judgeTimeZones } from './budgets.ts'
import { readDotEnv, type DotEnv } from './dot-env.ts'
import { expand } from './expand.ts'
import { findConfigFiles } from './find-config.ts'
import { resolveHome, type Environment, type Home } from './home.ts'
import { locate, plainLayer, type Layer } from './layer.ts'
import { logFile } from './log-file.ts'
import { chooseLogLevel } from './log-level.ts'
import { originOf, type SettledLayer } from './origin.ts'
import { emptyRecord, isRecord } from './record.ts'
import { storageUrl } from './storage-url.ts'
import { toolsOf } from './tools.ts'
import type { HostConfig, Origin, ProviderEntry, RouteConfig } from './types.ts'

export interface LoadOptions {
  /** Where the search for a project's file begins. `.env` is taken from here, else from beside that file. */
  readonly cwd: string
  readonly env: Environment
  /** The user's places; for a folder alone, `config.yaml` in it is the user's own file, unless the environment has another place for it. */
  readonly home: Home | string
  /** Use this file instead of looking for the project's. */
  readonly file?: string | undefined
  /** Configuration given in code. No file is looked for then; one named by `file` lies below it. */
  readonly config?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Reads the whole configuration: the project's file over the user's own, with `.env` below the real environment. Throws one `HostError`
 * `config` that lists every problem of every file. A variable that is not set inside one provider's entry, or one of `tools`, does not
 * throw: it is in `unset` and stops that entry only.
 */
export async function loadConfig(options: LoadOptions): Promise<HostConfig> {
  const project = findProjectFile(options)
  const dotEnv = (await readDotEnv(options.cwd)) ?? (project === undefined ? undefined : await readDotEnv(dirname(project)))
  const env = joinEnvironment(options.env, dotEnv)
  const layers = (await readSources(options, project)).map(layer => settle(layer, env))
  const level = chooseLogLevel(layers, env)
  const problems = [...(await judge(layers)), ...(level.ok ? [] : [level.problem])]
  if (problems.length > 0 || !level.ok) throw invalid(problems)
  const origin = originOf(layers, env, dotEnv, options.env)
  return guard({
    providers: mergeProviders(layers),
    log: Object.freeze({ ...mergeKey<never>(layers, 'log'), ...logFile(layers, options.cwd), level: level.level }),
    telemetry: mergeKey<never>(layers, 'telemetry'),
    retry: mergeKey<never>(layers, 'retry'),
    routes: mergeKey<RouteConfig>(layers, 'routes'),
    budgets: Object.freeze(layers.flatMap(({ value }) => budgetsOf(value))),
    storage: Object.freeze({ ...mergeKey<never>(layers, 'storage'), ...storageUrl(layers, options.cwd) }),
    gateway: mergeKey<never>(layers, 'gateway'),
    tools: toolsOf(layers, options.cwd, env),
    files: layers.flatMap(layer => layer.file ?? []),
    env,
    // What a stronger file says instead does not need the variable.
    unset: layers.flatMap(({ file, unset }) => unset.filter(({ path = '' }) => fileOf(origin(path)) === file)),
    origin
  })
}

/** A configuration holds keys: printed as a whole it shows only names. */
function guard(config: HostConfig): HostConfig {
  const shown = () => ({ files: config.files, log: config.log, providers: Object.keys(config.providers) })
  Object.defineProperty(config, 'toJSON', { value: shown })
  Object.defineProperty(config, inspect.custom, { value: shown })
  return Object.freeze(config)
}

function fileOf(origin: Origin | undefined): string | undefined {
  return origin?.from === 'file' ? origin.file : undefined
}

function findProjectFile({ cwd, file, config }: LoadOptions): string | undefined {
  if (file !== undefined) return resolve(cwd, file)
  const found = config === undefined ? findConfigFiles(cwd) : []
  if (found.length <= 1) return found[0]
  const message = `There are ${found.length} configurations in one folder: ${found.join(', ')}.`
  throw invalid([{ message, suggestion: 'Keep one of them.' }])
}

async function readSources({ env, home, config }: LoadOptions, project: string | undefined): Promise<readonly Layer[]> {
  const given = config === undefined ? [] : [plainLayer(undefined, config)]
  const own = userFile(env, home)
  const files = [...(project === undefined ? [] : [project]), ...(config === undefined && existsSync(own) ? [own] : [])]
  if (files.length === 0) return given
  const { readLayers } = await import('./read-layer.ts')
  return [...given, ...(await readLayers([...new Set(files)]))]
}

function userFile(env: Environment, home: Home | string): string {
  if (typeof home !== 'string') return home.configFile
  try {
    const places = resolveHome(env)
    if (places.home === home) return places.configFile
  } catch {
    // Without HOME the given folder is all there is.
  }
  return join(home, 'config.yaml')
}

/** Expands variables, and sorts the problems into those of the file and those of a single entry. */
function settle(layer: Layer, env: Environment): SettledLayer {
  const { value, problems, unset, variables } = expand(layer.value, env)
  const fatal = [...problems, ...unset.filter(problem => !isOfEntry(problem))].map(problem => locate(layer, problem))
  return {
    ...layer,
    value: dropEmpty(value),
    problems: [...layer.problems, ...fatal],
    unset: unset.filter(isOfEntry).map(problem => locate(layer, problem)),
    variables
  }
}

/** Inside of the entry of one source of tools or one provider; without its plugin nothing could be said about the rest of that. */
function isOfEntry({ path = '' }: Problem): boolean {
  return /^(tools\.|providers\.[^.]+\.(?!(plugin|preset)$))/.test(path)
}

/** `providers:`, `log:`, `budgets:` and `zhipu:` with nothing behind them are empty mappings. */
function dropEmpty(value: unknown): unknown {
  if (!isRecord(value)) return value
  const copy: Record<string, unknown> = { ...value }
  if (copy['budgets'] === null) copy['budgets'] = []
  for (const key of ['log', 'providers', 'retry', 'routes', 'storage', 'gateway', 'tools', 'telemetry'])
    if (copy[key] === null) copy[key] = {}
  const { providers } = copy
  if (isRecord(providers)) {
    copy['providers'] = Object.fromEntries(Object.entries(providers).map(([name, entry]) => [name, entry ?? {}]))
  }
  return copy
}

/** Every problem of every layer; by the schema only where nothing worse was said about the same place. */
async function judge(layers: readonly SettledLayer[]): Promise<readonly Problem[]> {
  if (layers.length === 0) return []
  const { judgeHostConfig } = await import('./judge.ts')
  return layers.flatMap(layer => {
    const known = new Set([...layer.problems, ...layer.unset].map(problem => problem.path))
    const judged = layer.readable ? [...judgeHostConfig(layer.value), ...judgeTimeZones(layer.value)] : []
    const found = judged.filter(problem => !known.has(problem.path))
    return [...layer.problems, ...found.map(problem => locate(layer, problem))]
  })
}

/** The strongest file's order first; entries of one name are joined key by key. */
function mergeProviders(layers: readonly SettledLayer[]): HostConfig['providers'] {
  const merged = emptyRecord<ProviderEntry>()
  for (const { value } of layers) {
    const providers = isRecord(value) && isRecord(value['providers']) ? value['providers'] : {}
    for (const [name, entry] of Object.entries(providers)) {
      if (isRecord(entry)) merged[name] = Object.freeze({ ...entry, ...merged[name] })
    }
  }
  return Object.freeze(merged)
}

/** A mapping at the top, joined key by key; the schema has judged what is in it. */
function mergeKey<T>(layers: readonly SettledLayer[], key: string): Readonly<Record<string, T>> {
  const merged = emptyRecord<T>()
  for (const { value } of layers) {
    const part = isRecord(value) ? value[key] : undefined
    if (!isRecord(part)) continue
    for (const [name, item] of Object.entries(part)) merged[name] ??= item as T
  }
  return Object.freeze(merged)
}

function joinEnvironment(env: Environment, dotEnv: DotEnv | undefined): Environment {
  const joined = emptyRecord<string | undefined>()
  for (const [name, value] of Object.entries({ ...dotEnv?.values, ...env })) joined[name] = value ?? dotEnv?.values[name]
  return Object.freeze(joined)
}

function invalid(problems: readonly Problem[]): HostError {
  const [first] = problems
  const where = first?.file === undefined ? '' : `${first.file}${first.line === undefined ? '' : `:${first.line}`}: `
  const count = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`
  return new HostError('config', `The configuration is not valid. ${where}${first?.message ?? ''}${count}`, {
    hint: first?.suggestion,
    problems
  })
}
