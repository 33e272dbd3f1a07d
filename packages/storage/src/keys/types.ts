/** A key that a client of the gateway presents. What it may, and never what it is: only the digest of it is kept. */
export interface ClientKey {
  readonly id: string
  /** No other key that is not revoked has it. */
  readonly name: string
  readonly role: 'client' | 'admin'
  /** What a person sees of it: `rk-a1b2…`. */
  readonly shown: string
  // All times are milliseconds since 1970.
  readonly createdAt: number
  /** `null`: never. */
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  /** To the minute. */
  readonly lastUsedAt: number | null
  /** Model references, or patterns with `*`; `null`: all. */
  readonly models: readonly string[] | null
  readonly budgets: readonly KeyBudget[]
  // `null`: no limit.
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
  readonly parallel: number | null
}

export interface KeyBudget {
  readonly per: 'request' | 'day' | 'week' | 'month' | 'total'
  /** An amount and its currency: `20 CNY`. */
  readonly limit: string
}

/** What may be changed of a key. */
export type KeyChanges = Partial<Pick<ClientKey, 'models' | 'budgets' | 'requestsPerMinute' | 'tokensPerMinute' | 'parallel' | 'expiresAt'>>

/** A key to be made. What it does not name has no limit. */
export type NewClientKey = Pick<ClientKey, 'name' | 'role' | 'shown'> & KeyChanges

/** A new secret of a key. */
export interface NewSecret {
  /** SHA-256 of it, hex. */
  readonly digest: string
  readonly shown: string
  /** How long the secrets before it are valid yet, in milliseconds since 1970. */
  readonly graceUntil: number
}

/** Where client keys are kept. Every method rejects with a `StorageError`, and has then changed nothing. */
export interface KeyStore {
  /** Rejects with the kind `usage` if the name is taken. Of several at once, exactly one makes it. */
  create(key: NewClientKey & { readonly digest: string }): Promise<ClientKey>
  /** By the time they were made, those of one millisecond by name; those that are revoked too. */
  list(): Promise<readonly ClientKey[]>
  /**
   * The key whose secret has this digest, and the digest as it is kept. A secret that was replaced counts until its grace period is over by the
   * clock of the database. Whether the key is revoked or has expired is for the caller to see.
   */
  find(digest: string): Promise<{ readonly key: ClientKey; readonly digest: string } | undefined>
  // The rest is about the key of this name that is not revoked; `undefined` if there is none.
  rotate(name: string, secret: NewSecret): Promise<ClientKey | undefined>
  /** For good: its name is free again, its secrets are not. */
  revoke(name: string, at: number): Promise<ClientKey | undefined>
  update(name: string, changes: KeyChanges): Promise<ClientKey | undefined>
  /** The key was used. What comes within a minute of the last time is not written. */
  touch(id: string, at: number): Promise<void>
}
