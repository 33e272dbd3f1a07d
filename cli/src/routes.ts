import { isHostError, type Host, type HostConfig, type Problem, type RouteConfig } from '@resoftai/core'
import type { Context } from './context.ts'

export interface Route {
  readonly name: string
  /** `provider/model`, in the order in which they are asked. */
  readonly models: readonly string[]
}

export interface JudgedRoute extends Route {
  /** One for each model that cannot be asked. */
  readonly problems: readonly Problem[]
}

export function listRoutes({ routes }: Pick<HostConfig, 'routes'>): readonly Route[] {
  return Object.entries(routes).map(([name, route]) => ({ name, models: modelsOf(route) }))
}

/** Whether the word names a model by itself: `provider/model`, or a route. */
export function isReference(host: Host, word: string): boolean {
  return word.includes('/') || host.routes().includes(word)
}

/** Finds models whose provider does not exist, cannot be started, or is among those that are known to be `broken`. */
export function judgeRoutes(
  host: Host,
  config: Pick<HostConfig, 'routes' | 'origin'>,
  { text }: Pick<Context, 'text'>,
  broken: ReadonlySet<string> = new Set()
): Promise<readonly JudgedRoute[]> {
  const findFault = async (model: string): Promise<{ readonly reason: string; readonly hint?: string | undefined } | undefined> => {
    try {
      const { name } = await host.model(model)
      return broken.has(name) ? { reason: text('route.providerFails') } : undefined
    } catch (error) {
      if (!isHostError(error)) throw error
      return { reason: error.message, hint: error.hint }
    }
  }
  return Promise.all(
    Object.entries(config.routes).map(async ([name, route]) => {
      const models = modelsOf(route)
      const list = `routes.${name}${'models' in route ? '.models' : ''}`
      const judge = async (model: string, index: number): Promise<readonly Problem[]> => {
        const fault = await findFault(model)
        if (fault === undefined) return []
        const message = text('route.unusable', { name, model, reason: fault.reason })
        return [placed({ message, path: `${list}.${index}`, ...(fault.hint !== undefined && { suggestion: fault.hint }) }, config)]
      }
      return { name, models, problems: (await Promise.all(models.map(judge))).flat() }
    })
  )
}

function modelsOf(route: RouteConfig): readonly string[] {
  const models = 'models' in route ? route.models : route
  return models.map(entry => (typeof entry === 'string' ? entry : entry.model))
}

/** With file and line, where they are known. */
function placed(problem: Problem, { origin }: Pick<HostConfig, 'origin'>): Problem {
  const found = origin(problem.path ?? '')
  return found?.from === 'file' ? { ...problem, file: found.file, ...(found.line !== undefined && { line: found.line }) } : problem
}
