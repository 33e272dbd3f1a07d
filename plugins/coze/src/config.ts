/** What `resoftai.plugin.json` asks for; the host has checked it and filled the defaults in. */
export interface Config {
  readonly api_base: string
  /** A personal or service token. Absent with OAuth. */
  readonly api_key?: string
  /** OAuth by JWT: these three, and how long a token lives, in seconds. */
  readonly app_id?: string
  readonly public_key_id?: string
  readonly private_key?: string
  readonly token_duration?: number
  readonly bot_id?: string
  readonly workflow_id?: string
  /** The parameter of a workflow that gets the user's text. */
  readonly workflow_input?: string
  readonly workspace_id?: string
  readonly user_id?: string
  readonly auto_save_history?: boolean
  readonly custom_variables?: Readonly<Record<string, string>>
  /** The variable of the bot's prompt that gets the system text. */
  readonly system_variable?: string
  /** How long a whole reply may take, in seconds. */
  readonly poll_timeout?: number
}
