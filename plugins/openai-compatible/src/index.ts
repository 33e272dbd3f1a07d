import { defineProvider } from '@resoftai/sdk'
import { createOpenAIDialect, joinUrl } from './dialect.ts'
import { readQuirks, type QuirkConfig } from './config.ts'

/** What `resoftai.plugin.json` asks for; the host has checked it and filled presets in. */
export interface Config extends QuirkConfig {
  readonly api_base: string
  /** Absent for servers that ask for none. */
  readonly api_key?: string
}

/** Every service that speaks the OpenAI chat API. */
export default defineProvider<Config>({
  create: ({ config }) =>
    createOpenAIDialect({
      url: path => joinUrl(config.api_base, path),
      headers: config.api_key === undefined ? {} : { Authorization: `Bearer ${config.api_key}` },
      quirks: readQuirks(config),
      relays: true
    })
})
