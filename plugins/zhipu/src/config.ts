/** What `resoftai.plugin.json` asks for; the host has checked it and filled presets in. */
export interface Config {
  readonly api_base: string
  readonly api_key: string
  readonly auth?: 'key' | 'token'
  readonly thinking?: 'auto' | 'enabled' | 'disabled'
  readonly clear_thinking?: boolean
  readonly forced_tool_choice?: 'auto' | 'refuse'
  readonly tool_stream?: boolean
  readonly web_search?: boolean | Readonly<Record<string, unknown>>
}
