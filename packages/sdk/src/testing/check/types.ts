import type { ChatMode, WireRequest } from '../../dialect.ts'
import type { ProviderErrorKind } from '../../error.ts'
import type { FinishReason, Usage } from '../../event.ts'
import type { ToolCall } from '../../message.ts'
import type { ChatRequest } from '../../request.ts'

/** A request, and exactly what must be sent for it. */
export interface Golden {
  readonly name: string
  readonly request: ChatRequest
  readonly mode: ChatMode
  readonly expect: WireRequest
}

/** Bytes a vendor sent, and what they mean. Give `body` for a stream of server-sent events, `json` for a whole reply or an error answer. */
export interface Fixture {
  readonly name: string
  readonly body?: string | Uint8Array
  readonly json?: unknown
  /** Default: 200. Anything from 400 is read with `decodeError`. */
  readonly status?: number
  /** What is left out is not compared. */
  readonly expect: {
    readonly content?: string
    readonly reasoning?: string
    readonly toolCalls?: readonly Partial<ToolCall>[]
    readonly finishReason?: FinishReason
    /** Every field, and no other. */
    readonly usage?: Usage
    /** The reply fails with this; `truncated` for a stream that stops before its end. */
    readonly errorKind?: ProviderErrorKind
  }
}

/** Two fixtures, by name, that hold the same reply. */
export interface Pair {
  readonly whole: string
  readonly stream: string
}

export interface CheckOptions {
  /** As a user's config arrives at the plugin: defaults filled in. Without the secret fields. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Config fields marked `writeOnly`; each is given the placeholder `{{secret:<field>}}`. */
  readonly secrets?: readonly string[]
  /** Query parameters that may carry a secret, as in the manifest. */
  readonly secretQuery?: readonly string[]
  readonly goldens?: readonly Golden[]
  readonly fixtures?: readonly Fixture[]
  readonly pairs?: readonly Pair[]
  /** What `context.clock` says. Default: 1,700,000,000,000. */
  readonly now?: number
}

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was wrong; absent when `ok`. */
  readonly detail?: string
}

export interface Report {
  readonly ok: boolean
  readonly checks: readonly Check[]
}

/** Finds what is wrong, in words; nothing when all is well. What it throws is wrong as well. */
export type Judge = () => string | undefined | Promise<string | undefined>
