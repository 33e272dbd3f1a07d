/** The tables as both databases give them: every whole number is a bigint, a yes or no is 1 or 0. */
export interface Tables {
  calls: CallsTable
  accounts: AccountsTable
  holds: HoldsTable
  held_amounts: HeldAmountsTable
  client_keys: ClientKeysTable
  client_key_secrets: ClientKeySecretsTable
  conversations: ConversationsTable
  conversation_messages: ConversationMessagesTable
  idempotent_replies: IdempotentRepliesTable
}

export interface CallsTable {
  id: string
  at: bigint
  provider: string
  model: string
  answered_model: string | null
  agent: string | null
  key: string | null
  status: string
  input_tokens: bigint | null
  cached_tokens: bigint | null
  cache_write_tokens: bigint | null
  output_tokens: bigint | null
  reasoning_tokens: bigint | null
  estimated: bigint
  cost_nanos: bigint | null
  currency: string | null
  /** JSON */
  rates: string
  attempts: bigint
  duration_ms: number
  first_event_ms: number | null
  unreserved: bigint
  /** 1: kept by `giveUp` and not charged, so a settlement may still replace it. */
  given_up: bigint
}

export interface AccountsTable {
  budget: string
  period: string
  scope: string
  settled: bigint
  reserved: bigint
}

export interface HoldsTable {
  id: string
  /** By the clock of the database, in milliseconds since 1970. */
  expires_at: bigint
  /** JSON of the call, kept if it is lost. */
  record: string
}

/** What a hold takes of each account: the `reserved` of an account is the sum of these. */
export interface HeldAmountsTable {
  hold: string
  budget: string
  period: string
  scope: string
  amount: bigint
}

export interface ClientKeysTable {
  id: string
  name: string
  role: string
  shown: string
  created_at: bigint
  expires_at: bigint | null
  revoked_at: bigint | null
  last_used_at: bigint | null
  /** JSON */
  models: string | null
  /** JSON */
  budgets: string
  requests_per_minute: bigint | null
  tokens_per_minute: bigint | null
  parallel: bigint | null
}

interface ClientKeySecretsTable {
  digest: string
  /** The id of its key. */
  key: string
  /** By the clock of the database, in milliseconds since 1970; null: not replaced yet. */
  valid_until: bigint | null
}

export interface ConversationsTable {
  id: string
  owner: string
  title: string
  created_at: bigint
  updated_at: bigint
  /** How many it has, so the position of the next. */
  messages: bigint
  /** Who writes now; null: nobody. */
  turn: string | null
  /** By the clock of the database, in milliseconds since 1970. */
  turn_until: bigint | null
}

interface ConversationMessagesTable {
  conversation: string
  position: bigint
  at: bigint
  /** JSON */
  message: string
  turn: string
}

export interface IdempotentRepliesTable {
  id: string
  fingerprint: string
  /** Who answers it; null: it was answered. */
  holder: string | null
  /** How long it is held, or its answer kept, by the clock of the database, in milliseconds since 1970. */
  until: bigint
  /** How much of the room for answers it takes. */
  bytes: bigint
  status: bigint | null
  /** JSON */
  headers: string | null
  body: string | null
}
