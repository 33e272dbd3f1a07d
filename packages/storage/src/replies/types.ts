/** An answer as it was sent. */
export interface KeptReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Without NUL. */
  readonly body: string
}

export type BegunReply =
  /** Nobody has answered this request: who asks does so now, and `holder` shows that it is them. */
  | { readonly outcome: 'begun'; readonly holder: string }
  /** Another is answering it. */
  | { readonly outcome: 'running' }
  /** The id is that of another request. */
  | { readonly outcome: 'different' }
  /** `null`: it was answered, and the answer is not there. */
  | { readonly outcome: 'kept'; readonly reply: KeptReply | null }

/**
 * Where answers are kept for requests that are made again. Every method rejects with a `StorageError`, and has then changed nothing. What is over,
 * and when all together is too large the oldest, is removed while others are kept.
 */
export interface ReplyStore {
  /**
   * Of several at once, among processes too, exactly one begins. What is not renewed for `leaseMs` may be begun again: its process has died. Both
   * texts are digests: SHA-256, hex. A request with the same id and another fingerprint is a different one.
   */
  begin(id: string, fingerprint: string, leaseMs: number): Promise<BegunReply>
  /** For `leaseMs` from now. `false`: another has begun it meanwhile, or it is kept or released. */
  renew(id: string, holder: string, leaseMs: number): Promise<boolean>
  /** For `keepMs` from now; `null`: only that it was answered. `false`, and nothing is kept: as with `renew`. */
  keep(id: string, holder: string, reply: KeptReply | null, keepMs: number): Promise<boolean>
  /** As if it had not been begun. `false`: as with `renew`. */
  release(id: string, holder: string): Promise<boolean>
}
