import { testContext } from '@resoftai/sdk/testing'
import type { OpenAIDialect } from '@resoftai/plugin-openai-compatible/dialect'
import type { Config } from '../src/config.ts'
import plugin from '../src/index.ts'

export async function dialectOf(config: Partial<Config> = {}): Promise<OpenAIDialect> {
  const given = { api_base: 'https://res.openai.azure.com', ...config }
  return (await plugin.create(testContext<Config>({ config: given, secrets: ['api_key'] }))) as OpenAIDialect
}
