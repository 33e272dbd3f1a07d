import type { ProviderErrorKind } from '@resoftai/sdk'

/**
 * How a service differs from api.openai.com (WIRE.md sections 1, 2 and 4). All of it is data: presets set it, and whoever configures a
 * provider may overwrite it. The config key of each is the same name in snake_case.
 */
export interface Quirks {
  /**
   * Body fields that are called otherwise here, e.g. `max_tokens` → `max_completion_tokens`, `seed` → `random_seed`. Default: for OpenAI's
   * reasoning models `max_tokens` → `max_completion_tokens`.
   */
  readonly rename?: Readonly<Record<string, string>>
  /** Body fields that are never sent (with a warning when the request has them), `name` of messages among them. */
  readonly unsupported?: readonly string[]
  /** Role of system messages. Default: `developer` for OpenAI's reasoning models, else `system`. */
  readonly systemRole?: 'system' | 'developer' | 'user'
  /** `functions` is the older form: one call a turn, no ids. Default `tools`. */
  readonly toolStyle?: 'tools' | 'functions'
  /** What `response_format` may be. Default both. */
  readonly jsonModes?: readonly ('json_object' | 'json_schema')[]
  /** How `reasoningEffort` is said: `reasoning_effort`, `reasoning: {effort}`, or `thinking: {type}` beside the effort. Default `effort`. */
  readonly reasoningStyle?: 'effort' | 'object' | 'thinking'
  /** What of an assistant message must travel back. Default `reasoning_details` and `extra_content`, where the vendor had sent them. */
  readonly replay?: readonly ('reasoning_content' | 'reasoning_details' | 'extra_content')[]
  /** Take `<think>…</think>` at the start of a reply for reasoning. Default false. */
  readonly thinkTags?: boolean
  /** Kinds of error that a status means only here, e.g. `403` → `context_length`. */
  readonly statusKinds?: Readonly<Record<string, ProviderErrorKind>>
  /** Path for the health probe. Default: the model list. */
  readonly healthPath?: string
}

/** What a model asks for, whatever service it runs at. */
interface ModelTraits {
  readonly systemRole?: 'developer' | 'user'
  readonly rename?: Readonly<Record<string, string>>
  readonly unsupported?: readonly string[]
  /** With this effort `unsupported` does not hold. */
  readonly unlessEffort?: string
}

const completionTokens = { max_tokens: 'max_completion_tokens' }
const sampling = ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty']

/** By the model's name; the first that fits (WIRE.md 3.2). `gpt-35` is Azure's name of an older model. */
const traits: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^o1-(mini|preview)/, { systemRole: 'user', rename: completionTokens, unsupported: sampling }],
  [/^(o3|o4-mini)(-|$)/, { systemRole: 'developer', rename: completionTokens, unsupported: [...sampling, 'stop'] }],
  [/^o\d+(-|$)/, { systemRole: 'developer', rename: completionTokens, unsupported: sampling }],
  [/^gpt-\d[\d.]*-chat/, {}],
  [/^gpt-5\.\d/, { systemRole: 'developer', rename: completionTokens, unsupported: sampling, unlessEffort: 'none' }],
  [/^gpt-([5-9]|1\d)(?!\d)/, { systemRole: 'developer', rename: completionTokens, unsupported: sampling }]
]

const known = new Map<string, ModelTraits>()
/** More names than anybody asks for in one process; a stranger who makes them up does not fill the memory. */
const mostKnown = 500

export function modelTraits(model: string): ModelTraits {
  const before = known.get(model)
  if (before !== undefined) return before
  const found = traits.find(([pattern]) => pattern.test(model))?.[1] ?? {}
  if (known.size < mostKnown) known.set(model, found)
  return found
}
