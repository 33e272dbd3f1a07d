import { createOpenAIDialect } from '@resoftai/plugin-openai-compatible/dialect'
import { defineProvider } from '@resoftai/sdk'
import { addressOf, surfaceOf } from './address.ts'
import type { Config } from './config.ts'
import { azureErrorRules } from './error-rules.ts'

/** OpenAI's API at an Azure resource (WIRE.md section 6). */
export default defineProvider<Config>({
  create({ config }) {
    const { api_key, access_token, api_version = '' } = config
    const families = new Map(Object.entries(config.model_family ?? {}))
    const isOld = surfaceOf(config) === 'deployments' && api_version < '2024-09-01'
    return createOpenAIDialect({
      url: addressOf(config),
      headers: api_key === undefined ? { Authorization: `Bearer ${access_token}` } : { 'api-key': api_key },
      // Older versions refuse it (WIRE.md 6.3); the usage of a stream is estimated then.
      quirks: { unsupported: isOld ? ['stream_options'] : [] },
      family: model => families.get(model) ?? model,
      errors: azureErrorRules,
      relays: true
    })
  }
})
