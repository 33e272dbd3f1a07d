import type { ChatMode, EmbeddingReply, ModelInfo, WireRequest } from '../../dialect.ts'
import type { ProviderErrorDetails, ProviderErrorKind } from '../../error.ts'
import type { Citation, FinishReason, Usage } from '../../event.ts'
import type { ProviderData, ToolCall } from '../../message.ts'
import type { ChatRequest, EmbeddingRequest } from '../../request.ts'

type Config = Readonly<Record<string, unknown>>

interface CaseParts {
  readonly name: string
  /** Over `CheckOptions.config`; `null` leaves a field out, a secret too. */
  readonly config?: Config
  /** Where it is written, for the report. */
  readonly file?: string
}

/** A request, and exactly what must be sent for it. */
export type Golden = CaseParts & { readonly expect: WireRequest } & (
    | { readonly call?: 'chat'; readonly request: ChatRequest; readonly mode: ChatMode }
    | { readonly call: 'tokens'; readonly request: ChatRequest }
    | { readonly call: 'embeddings'; readonly request: EmbeddingRequest }
    /** `request` is what the reply has told as `provider_data` so far. */
    | { readonly call: 'cancel'; readonly request: ProviderData }
    | { readonly call: 'models' | 'health' }
  )

/** Bytes a vendor sent, and what they mean. Give `body` for a stream of server-sent events, `json` for a whole reply or an error answer. */
export interface Fixture extends CaseParts {
  readonly body?: string | Uint8Array
  readonly json?: unknown
  /** The answers to the requests that follow, for a whole reply that takes several (`FollowUp`). */
  readonly further?: readonly unknown[]
  /** Default: 200. Anything from 400 is read with `decodeError`. */
  readonly status?: number
  /** Of the answer; `decodeError` is given them. */
  readonly headers?: Readonly<Record<string, string>>
  readonly expect: Expectation
}

/** What a fixture means. What is left out is not compared. */
export interface Expectation {
  readonly content?: string
  readonly reasoning?: string
  /** All of them; of each the fields that are given. */
  readonly toolCalls?: readonly Partial<ToolCall>[]
  readonly finishReason?: FinishReason
  /** Every field, and no other. */
  readonly usage?: Usage
  readonly model?: string
  readonly citations?: readonly Citation[]
  readonly warnings?: readonly string[]
  /** Of the message: what must travel back. */
  readonly providerData?: ProviderData
  /** The requests that a whole reply asks for next, in order (`FollowUp`). */
  readonly next?: readonly WireRequest[]
  /** The reply fails with this; `truncated` for a stream that stops before its end. */
  readonly errorKind?: ProviderErrorKind
  /** Beside `errorKind`, the fields that are given. */
  readonly error?: Pick<ProviderErrorDetails, 'code' | 'vendorCode' | 'status' | 'retryable' | 'retryAfterMs' | 'hint' | 'requestId'>
  /** `json` is a model list, and this is in it. */
  readonly models?: readonly ModelInfo[]
  /** `json` is an answer with embeddings. */
  readonly embeddings?: Partial<EmbeddingReply>
  /** `json` is the answer to a count of tokens. */
  readonly tokens?: number
}

/** Two fixtures, by name, that hold the same reply. */
export interface Pair {
  readonly whole: string
  readonly stream: string
}

export interface CheckOptions {
  /** As a user's config arrives at the plugin: defaults filled in. Without the secret fields. */
  readonly config?: Config
  /** Config fields marked `writeOnly`; each is given the placeholder `{{secret:<field>}}`. */
  readonly secrets?: readonly string[]
  /** Query parameters that may carry a secret, as in the manifest. */
  readonly secretQuery?: readonly string[]
  /** As in the manifest. Absent: where requests go is not judged. */
  readonly hosts?: readonly string[]
  /** As in the manifest: what the cases must show. Absent: they need not show anything. */
  readonly provides?: readonly string[]
  readonly goldens?: readonly Golden[]
  readonly fixtures?: readonly Fixture[]
  readonly pairs?: readonly Pair[]
  /** What `context.clock` says. Default: 1,700,000,000,000. */
  readonly now?: number
  /** Told of each check when it begins. */
  readonly onStart?: (check: Pick<Check, 'group' | 'name'>) => void
  /** Told of each check when it is done. */
  readonly onCheck?: (check: Check) => void
}

/**
 * What a check is about, in the order of the report. `create`: what it makes, and the tokens it asks for. `encode`: what is sent. `replies`:
 * every fixture of a reply. `stream`: another framing changes nothing. `finish`: complete when it is, and never before. `tools`: calls are
 * put together. `usage`: tokens are counts. `errors`: failures are told as such. `secrets`: where keys may stand. `purity`: same in, same
 * out, nothing shared. `junk`: whatever else may come. `provides`: what the manifest promises is there, and shown by a case.
 */
export const checkGroups = [
  'create',
  'encode',
  'replies',
  'stream',
  'finish',
  'tools',
  'usage',
  'errors',
  'secrets',
  'purity',
  'junk',
  'provides'
] as const

export type CheckGroup = (typeof checkGroups)[number]

export interface Check {
  readonly group: CheckGroup
  /** Row numbers in it (S07, N13, …) are those of the fault catalogue. */
  readonly name: string
  /** `skipped`: no case shows what it is about. Not a failure. */
  readonly status: 'ok' | 'failed' | 'skipped'
  /** What was wrong, or what to add; absent when `ok`. */
  readonly detail?: string
  /** Of the case that is wrong. */
  readonly file?: string
  readonly durationMs: number
}

export interface Report {
  /** No check failed. */
  readonly ok: boolean
  readonly checks: readonly Check[]
}
