/** What a family of models takes and refuses. */
export interface ModelTraits {
  /** The most tokens that a reply may have. */
  readonly maxTokens: number
  /** `maxTokens` is a guess: a larger wish is sent as it is. */
  readonly isGuess?: boolean
  /** How an effort is said: as it is, as a number of tokens, or not at all. */
  readonly thinking: 'adaptive' | 'budget' | 'none'
  /** Thinking cannot be switched off. */
  readonly alwaysThinks?: boolean
  readonly hasXhigh?: boolean
  /** Of `temperature` and `top_p`: both together, one of them, or none. */
  readonly sampling: 'both' | 'one' | 'none'
  /** Takes `output_config.format` and `strict` tools. */
  readonly hasFormats: boolean
  /** A tool can be forced. */
  readonly forcesTools: boolean
}

const first: ModelTraits = { maxTokens: 4096, thinking: 'none', sampling: 'both', hasFormats: false, forcesTools: true }
const claude4: ModelTraits = { ...first, maxTokens: 64_000, thinking: 'budget' }
const claude45: ModelTraits = { ...claude4, sampling: 'one', hasFormats: true }
const claude46: ModelTraits = { ...claude45, maxTokens: 128_000, thinking: 'adaptive' }
const claude5: ModelTraits = { ...claude46, sampling: 'none', hasXhigh: true }

/** WIRE.md 9.2; who always thinks and who refuses forced tools: the catalogue of @ai-sdk/anthropic 4.0. The first that matches holds. */
const families: readonly (readonly [RegExp, ModelTraits])[] = [
  [/claude-(?:opus|sonnet)-5-5\b|claude-(?:fable|mythos)-5-[12]\b/, { ...claude5, alwaysThinks: true, forcesTools: false }],
  [/claude-(?:fable|mythos)-5/, { ...claude5, alwaysThinks: true }],
  [/claude-(?:opus|sonnet|haiku)-5|claude-opus-4-[78]\b/, claude5],
  [/claude-(?:opus|sonnet)-4-6\b/, claude46],
  [/claude-(?:opus|sonnet|haiku)-4-5\b/, claude45],
  [/claude-opus-4/, { ...claude4, maxTokens: 32_000 }],
  [/claude-sonnet-4|claude-3-7/, claude4],
  [/claude-3-5/, { ...first, maxTokens: 8192 }],
  [/claude-(?:[23]|instant)/, first],
  [/claude/, { ...claude5, maxTokens: 64_000, isGuess: true }]
]

/** Other vendors' models behind the same API. */
const others: ModelTraits = { ...claude4, maxTokens: 32_000, isGuess: true }

/** By the name, in whatever spelling: `claude-opus-4-5-20251101`, `claude-sonnet-4@20250514`, `anthropic/claude-opus-4.5`. */
export function modelTraits(model: string): ModelTraits {
  const name = model.toLowerCase().replaceAll(/[.@]/g, '-')
  return families.find(([pattern]) => pattern.test(name))?.[1] ?? others
}
