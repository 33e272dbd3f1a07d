import type { ChatRequest, Usage } from '@resoftai/sdk'

/** Weighted means over the last requests to a model: `estimated` and `reported` tokens, and how they vary together. */
interface Learned {
  readonly weight: number
  readonly estimated: number
  readonly reported: number
  readonly spread: number
  readonly together: number
  /** Mean square of what a report differs from its prediction, as a share of it. */
  readonly error: number
}

/** What a report is likely to be: `hidden + ratio × estimate`. */
interface Line {
  readonly hidden: number
  readonly ratio: number
}

/** An unknown model is taken for one whose estimates are right, give or take a half: it may report twice as many (2.2 times were recorded, for 306). */
const unknown: Learned = { weight: 0, estimated: 0, reported: 0, spread: 0, together: 0, error: 0.5 ** 2 }
/** The means follow about this many of the last requests. */
const memory = 20
/** A report outside these tells of something other than the tokenizer (a file, a wrong number), and is moved to them. */
const lowestRatio = 0.25
const highestRatio = 4
/** The most that vendors are believed to add unseen; for tools about 600 tokens were recorded. */
const mostHidden = 1_000
/** Until the estimates vary by more than this (squared), a difference is taken for something hidden rather than for a ratio. */
const priorSpread = 100 ** 2
/** One in forty reports lies above, if they spread as errors do. */
const deviations = 2
/** Room for what a vendor may add unseen to a first request: with tools 680 were recorded at most, without 360, for a template of reasoning. */
const unseen = { withTools: 1_000, plain: 500 }
const withTools = ' with tools'

/** What is learned together: a model, and apart from it the same with tools, before which vendors put prompts of their own. */
export function calibrationKey(model: string, { tools = [] }: Pick<ChatRequest, 'tools'>): string {
  return tools.length > 0 ? `${model}${withTools}` : model
}

/**
 * Learns, for each model (by `calibrationKey`), how many tokens a vendor reports for a request of so many estimated ones: a ratio, and a hidden part that each
 * request has. Forgets the model that reported longest ago.
 */
export class Calibration {
  readonly #models = new Map<string, Learned>()
  readonly #maxModels: number

  constructor(maxModels = 1_000) {
    this.#maxModels = maxModels
  }

  /** What came back for a request; `inputTokens` has the cached part in it. Numbers that the host itself estimated teach nothing. */
  learn(model: string, estimate: number, { inputTokens = 0, estimated }: Usage): void {
    if (estimated === true || !(estimate > 0) || !(inputTokens > 0)) return
    const known = this.#of(model)
    const reported = Math.min(Math.max(inputTokens, estimate * lowestRatio), estimate * highestRatio + mostHidden)
    const predicted = predict(known, estimate)
    this.#models.delete(model)
    this.#models.set(model, addTo(known, estimate, reported, (reported - predicted) / Math.max(predicted, reported)))
    if (this.#models.size > this.#maxModels) this.#models.delete(this.#models.keys().next().value!)
  }

  /** The tokens that this model most likely reports. */
  adjust(model: string, estimate: number): number {
    return Math.ceil(predict(this.#of(model), estimate))
  }

  /**
   * For reservations: what is likely, two deviations, and room for what is unseen, which shrinks as the error of a mean does; never less than the estimate.
   * Not a bound for what only a vendor reads (files, pages, its own tools), nor, before a model is learned, for scripts that its tokenizer does not know.
   */
  upperBound(model: string, estimate: number): number {
    const known = this.#of(model)
    const room = (model.endsWith(withTools) ? unseen.withTools : unseen.plain) / Math.sqrt(known.weight + 1)
    return Math.ceil(Math.max(estimate, predict(known, estimate) * (1 + deviations * Math.sqrt(known.error)) + room))
  }

  #of(model: string): Learned {
    return this.#models.get(model) ?? unknown
  }
}

function addTo(known: Learned, estimated: number, reported: number, error: number): Learned {
  const weight = Math.min(known.weight + 1, memory)
  const step = 1 / weight
  const distance = estimated - known.estimated
  const rest = 1 - step
  return {
    weight,
    estimated: known.estimated + step * distance,
    reported: known.reported + step * (reported - known.reported),
    spread: rest * (known.spread + step * distance ** 2),
    together: rest * (known.together + step * distance * (reported - known.reported)),
    // The prior counts as one request.
    error: known.error + (error ** 2 - known.error) / (weight + 1)
  }
}

function predict(known: Learned, estimate: number): number {
  const { hidden, ratio } = lineOf(known)
  return estimate === 0 ? 0 : Math.max(hidden + ratio * estimate, estimate * lowestRatio)
}

/** Least squares, with a prior for the ratio of 1; it goes through the means. */
function lineOf({ weight, estimated, reported, spread, together }: Learned): Line {
  if (weight === 0) return { hidden: 0, ratio: 1 }
  const slope = (together + priorSpread) / (spread + priorSpread)
  const hidden = Math.min(Math.max(reported - slope * estimated, 0), mostHidden)
  return { hidden, ratio: Math.min(Math.max((reported - hidden) / estimated, lowestRatio), highestRatio) }
}
