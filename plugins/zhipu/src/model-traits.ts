/** What a model can be told about its thinking. */
export interface Thinking {
  /** Whether it can be switched off. */
  readonly optional: boolean
  /** What `reasoning_effort` is sent for a word that the model does not know; other words are sent as they are. Absent: it has no efforts. */
  readonly efforts?: ReadonlyMap<string, string>
}

interface ModelTraits {
  /** Absent: it does not think when it is told to. */
  readonly thinking?: Thinking
  /** Whether it sends the arguments of a tool in pieces when it is asked to. */
  readonly toolStream: boolean
}

const always: Thinking = {
  optional: false,
  efforts: new Map([
    ['none', 'low'],
    ['minimal', 'low'],
    ['medium', 'high'],
    ['xhigh', 'max']
  ])
}
const byEffort: Thinking = { optional: true, efforts: new Map() }
const onOff: Thinking = { optional: true }

/**
 * By the model's name; the first that fits (WIRE.md 7.3). Later models are taken to be like the newest that is known; `v` marks those that
 * see, of which no source says that they stream arguments.
 */
const traits: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^glm-(5\.([3-9]|\d\d)|[6-9]|\d\d)/i, { thinking: always, toolStream: true }],
  [/^glm-5\.2/i, { thinking: byEffort, toolStream: true }],
  [/^glm-(4\.[6-9]|5)(?!v)/i, { thinking: onOff, toolStream: true }],
  [/^glm-(4\.[5-9]|5)/i, { thinking: onOff, toolStream: false }],
  [/^glm-/i, { toolStream: false }]
]

/** A name of another kind may mean any model: it gets what was asked, as it was asked. */
const unknown: ModelTraits = { thinking: byEffort, toolStream: false }

export function traitsOf(model: string): ModelTraits {
  return traits.find(([pattern]) => pattern.test(model))?.[1] ?? unknown
}
