import { errorKinds, type ChatRequest, type ProviderErrorKind } from '@resoftai/sdk'
import type { Ask } from '../client.ts'
import type { RouteConfig, RouteTargetConfig } from '../config/index.ts'
import type { StartedProvider } from './started-provider.ts'

/** One model of a route, with the request as it is made there. */
export interface Target {
  readonly provider: StartedProvider
  readonly request: ChatRequest
  /** Kinds of failure of an earlier target after which this one is asked. */
  readonly after: ReadonlySet<ProviderErrorKind>
}

/** A route whose references are still names. */
export interface RoutePlan {
  readonly targets: readonly RouteStep[]
  readonly sticky: boolean
}

export interface RouteStep {
  /** `provider/model` */
  readonly reference: string
  readonly weight: number | undefined
  readonly after: ReadonlySet<ProviderErrorKind>
}

/** What is wrong with the request itself would be wrong with another model too; who cancelled wants none. */
const ofRequest: ReadonlySet<ProviderErrorKind> = new Set(['bad_request', 'context_length', 'content_filter', 'cancelled'])
const defaultFallbacks = errorKinds.filter(kind => !ofRequest.has(kind))

export function planRoute(config: RouteConfig): RoutePlan {
  const { models, sticky = false, fallback_on = defaultFallbacks } = 'models' in config ? config : { models: config }
  const steps = models.map((entry): RouteStep => {
    const { model, weight, only_after = fallback_on }: RouteTargetConfig = typeof entry === 'string' ? { model: entry } : entry
    return { reference: model, weight, after: new Set(only_after) }
  })
  return { targets: steps, sticky }
}

/**
 * The order in which the steps are asked: as written, but begun with one drawn by weight, when there are weights. `draw` is 0 ≤ x < 1; the same
 * one for a whole conversation makes it stay where it began.
 */
export function orderSteps<Step extends Pick<RouteStep, 'weight'>>(steps: readonly Step[], draw: number): readonly Step[] {
  const total = steps.reduce((sum, { weight = 0 }) => sum + weight, 0)
  if (total === 0) return steps
  let left = draw * total
  const first = steps.find(({ weight = 0 }) => (left -= weight) < 0) ?? steps[0]!
  return [first, ...steps.filter(step => step !== first)]
}

/** 0 ≤ x < 1, the same for every request of one conversation: by `session`, else by what comes up to its first question. */
export function drawOf({ messages }: Ask, session: string | undefined): number {
  const firstQuestion = messages.findIndex(({ role }) => role === 'user')
  return hash(session ?? JSON.stringify(messages.slice(0, firstQuestion + 1))) / 2 ** 32
}

/** FNV-1a with a final mix, 32 bits: it spreads, nothing more is asked of it. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  return (state ^ (state >>> 13)) >>> 0
}
