import type { Message } from './message.ts'

/** A JSON Schema, draft 2020-12 unless it says otherwise. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface Tool {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments object. Absent: the tool takes none. */
  readonly parameters?: JsonSchema
  /** Ask the vendor to hold the model to the schema, where it can. */
  readonly strict?: boolean
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json_schema'
      readonly name: string
      readonly schema: JsonSchema
      readonly strict?: boolean
      readonly description?: string
    }

/** The messages of a request as its client wrote them: they need not be written anew for a vendor that reads the same words. */
export interface WrittenMessages {
  /** Whose chat API they are written for. */
  readonly api: 'openai'
  /** A JSON list that is not empty, as UTF-8. Nobody has looked into it: the vendor judges it. */
  readonly text: Uint8Array
  /** Those of `messageWords` that stand in it as strings. */
  readonly words: ReadonlySet<MessageWord>
}

/** Roles and fields of OpenAI's messages in which the services that speak this API differ. */
export const messageWords = [
  'developer',
  'tool_calls',
  'function_call',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'extra_content',
  'provider_data',
  'parsed'
] as const
export type MessageWord = (typeof messageWords)[number]

/** One question to one model. What is absent is not sent, so the vendor's default holds. */
export interface ChatRequest {
  /** The vendor's model name. Callers of a host may leave it out: the host puts the provider's `default_model` in. */
  readonly model: string
  readonly messages: readonly Message[]
  /** Sent in place of `messages`, which say the same. Only for a dialect whose `relay.takes` has agreed to this request. */
  readonly written?: WrittenMessages
  readonly temperature?: number
  readonly topP?: number
  /** The most tokens the reply may have, reasoning included. */
  readonly maxTokens?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly tools?: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** `false` asks for at most one tool call a turn. */
  readonly parallelToolCalls?: boolean
  readonly responseFormat?: ResponseFormat
  /** How hard to think; the words are the vendor's (`none`, `minimal`, `low`, `medium`, `high`, …). */
  readonly reasoningEffort?: string
  /** Your own stable id of the end user. */
  readonly user?: string
  /** Vendor fields, put into the body unchanged. They win over fields made from the rest of the request. */
  readonly extra?: Readonly<Record<string, unknown>>
  /** Headers to add. `HTTP_Referer` and `X_Title` are sent as `HTTP-Referer` and `X-Title`. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface EmbeddingRequest {
  readonly model: string
  readonly input: readonly string[]
  readonly dimensions?: number
  readonly user?: string
  readonly extra?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}
