/** What was said between a client and an agent, without the messages. */
export interface Conversation {
  /** A UUID: nobody guesses that of another. */
  readonly id: string
  /** The id of the client key, or `anonymous`. */
  readonly owner: string
  readonly title: string
  // By the clock of the database, in milliseconds since 1970.
  readonly createdAt: number
  /** When it was made, or the last messages came; a new title leaves it as it is. */
  readonly updatedAt: number
  /** How many it has. */
  readonly messages: number
}

export interface StoredMessage {
  /** From 0, without gaps. */
  readonly position: number
  /** When it was kept, by the clock of the database, in milliseconds since 1970. */
  readonly at: number
  /** Any JSON. */
  readonly message: unknown
  /** The turn that brought it. */
  readonly turn: string
}

/**
 * Where conversations are kept. To an owner, those of others are not there. Every method rejects with a `StorageError`, and has then changed
 * nothing.
 */
export interface ConversationStore {
  /** Rejects with the kind `usage` if the id is no UUID in lower case, or is taken. */
  create(conversation: Pick<Conversation, 'id' | 'owner' | 'title'>): Promise<Conversation>
  find(id: string, owner: string): Promise<Conversation | undefined>
  /**
   * Newest first by `updatedAt`. `before` is the id of the last one seen; rejects with the kind `usage` if that is not there. A conversation that
   * goes on meanwhile moves to the front: if it is the last one seen, what comes after it comes again.
   */
  list(owner: string, page: { readonly limit: number; readonly before?: string }): Promise<readonly Conversation[]>
  /** The messages in their order. */
  read(id: string, owner: string): AsyncIterable<StoredMessage>
  /** `false`: there is none. */
  rename(id: string, owner: string, title: string): Promise<boolean>
  /** With its messages, and whether it is in a turn or not. `false`: there is none. */
  remove(id: string, owner: string): Promise<boolean>
  /**
   * Takes the turn, which one writer has at a time, among processes too. A turn that is not renewed for `leaseMs` may be taken by another: its
   * process has died. Each turn has an id of its own.
   */
  beginTurn(id: string, owner: string, turn: { readonly turn: string; readonly leaseMs: number }): Promise<'begun' | 'busy' | 'missing'>
  /** Keeps the turn for `leaseMs` from now. `false`: another has taken it, or it is ended or the conversation removed. */
  renewTurn(id: string, turn: string, leaseMs: number): Promise<boolean>
  /** Appends what the turn brought, all or nothing, and ends it. `false`, and nothing is appended: as with `renewTurn`. */
  endTurn(id: string, turn: string, messages: readonly unknown[]): Promise<boolean>
  /** Removes conversations that were not updated since and are not in a turn; returns how many. */
  prune(before: number): Promise<number>
}
