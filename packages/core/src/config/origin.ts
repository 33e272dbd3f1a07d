import type { Problem } from '../error.ts'
import { budgetsOf } from './budgets.ts'
import type { DotEnv } from './dot-env.ts'
import type { Environment } from './home.ts'
import type { Layer } from './layer.ts'
import { isRecord } from './record.ts'
import type { Origin } from './types.ts'

/** A layer with its variables put in. */
export interface SettledLayer extends Layer {
  /** Variables that are not set, inside the entries of providers and tools. */
  readonly unset: readonly Problem[]
  /** By path: the variables the text there was made from. */
  readonly variables: ReadonlyMap<string, readonly string[]>
}

/** Answers `HostConfig.origin`; `env.<NAME>` asks for a variable. `real` is the environment without `.env`. */
export function originOf(
  layers: readonly SettledLayer[],
  env: Environment,
  dotEnv: DotEnv | undefined,
  real: Environment
): (path: string) => Origin | undefined {
  const ofVariable = (variable: string): Origin | undefined => {
    if (env[variable] === undefined) return undefined
    const fromFile = real[variable] === undefined && dotEnv !== undefined
    return { from: 'env', variable, ...(fromFile && { file: dotEnv.file }) }
  }
  return path => {
    if (path.startsWith('env.')) return ofVariable(path.slice('env.'.length))
    const keys = path.split('.')
    if (keys[0] === 'budgets') return originOfBudget(layers, keys)
    // Layers replace each other by whole fields: log.level, providers.groq.headers.
    const unit = keys.slice(0, keys[0] === 'providers' ? 3 : 2)
    const layer = layers.find(({ value }) => has(value, unit))
    if (layer !== undefined) return ofLayer(layer, path)
    if (path !== 'log.level') return undefined
    return (env['LOG_LEVEL'] ? ofVariable('LOG_LEVEL') : undefined) ?? { from: 'default' }
  }
}

/** Budgets of all files stand in one list, those of the strongest file first. */
function originOfBudget(layers: readonly SettledLayer[], [, index = '0', ...rest]: readonly string[]): Origin | undefined {
  let left = Number(index)
  for (const layer of layers) {
    const { length } = budgetsOf(layer.value)
    if (left < length) return ofLayer(layer, ['budgets', left, ...rest].join('.'))
    left -= length
  }
  return undefined
}

function ofLayer(layer: SettledLayer, path: string): Origin {
  if (layer.file === undefined) return { from: 'option' }
  const line = layer.line(path)
  const variables = layer.variables.get(path)
  return { from: 'file', file: layer.file, ...(line !== undefined && { line }), ...(variables !== undefined && { variables }) }
}

function has(value: unknown, keys: readonly string[]): boolean {
  let at = value
  for (const key of keys) {
    if (!isRecord(at) || !Object.hasOwn(at, key)) return false
    at = at[key]
  }
  return true
}
