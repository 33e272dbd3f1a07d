import { defineProvider } from '@resoftai/sdk'
import { createAnthropicDialect } from './dialect.ts'

/** What `resoftai.plugin.json` asks for; the host has checked it and filled presets in. */
export interface Config {
  readonly api_base: string
  /** One of the two is there. */
  readonly api_key?: string
  readonly auth_token?: string
  readonly version: string
  readonly betas?: readonly string[]
  readonly prompt_caching: boolean
}

/** Claude, and every service that speaks the Anthropic Messages API. */
export default defineProvider<Config>({
  create: ({ config }) =>
    createAnthropicDialect({
      base: config.api_base,
      headers: {
        ...credentials(config),
        'anthropic-version': config.version,
        ...(config.betas !== undefined && config.betas.length > 0 && { 'anthropic-beta': config.betas.join(',') })
      },
      promptCaching: config.prompt_caching
    })
})

function credentials({ api_key, auth_token }: Config): Readonly<Record<string, string>> {
  if (api_key !== undefined) return { 'x-api-key': api_key }
  return auth_token === undefined ? {} : { Authorization: `Bearer ${auth_token}` }
}
