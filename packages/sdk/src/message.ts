/** A text, or parts that mix text with images, audio and files. */
export type Content = string | readonly ContentPart[]

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** `url` is an http(s) or a `data:` URL. */
  | { readonly type: 'image'; readonly url: string; readonly detail?: 'auto' | 'low' | 'high' }
  /** `data` is base64. */
  | { readonly type: 'audio'; readonly data: string; readonly format: string }
  /** `url` is an http(s) or a `data:` URL. */
  | { readonly type: 'file'; readonly url: string; readonly filename?: string }

/** What must travel back to the vendor unchanged (thinking signatures, reasoning blocks). Opaque to everyone but the dialect that made it. */
export type ProviderData = Readonly<Record<string, unknown>>

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage

export interface SystemMessage {
  readonly role: 'system'
  readonly content: string
}

export interface UserMessage {
  readonly role: 'user'
  readonly content: Content
  readonly name?: string
}

export interface AssistantMessage {
  readonly role: 'assistant'
  /** Empty when the model only called tools. */
  readonly content: string
  readonly reasoning?: string
  readonly toolCalls?: readonly ToolCall[]
  readonly providerData?: ProviderData
}

/** The result of one tool call. Every tool call of an assistant message needs one before the next request. */
export interface ToolMessage {
  readonly role: 'tool'
  readonly toolCallId: string
  /** The tool's name; some vendors match results by it. */
  readonly name?: string
  readonly content: Content
  /** The tool failed, and `content` says how. Vendors without a word for it get the content alone. */
  readonly isError?: boolean
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text exactly as the model wrote it; `{}` when the model sent none. Not checked: it may be invalid JSON. */
  readonly arguments: string
}
