import { commonErrorRules, createOpenAIDialect, joinUrl, type ErrorRule, type Quirks } from '@resoftai/plugin-openai-compatible/dialect'
import { defineProvider } from '@resoftai/sdk'

/** What `resoftai.plugin.json` asks for: checked by the host, defaults filled in. */
interface Config {
  readonly api_base: string
  /** A placeholder, used as if it were the key: the host puts the key in when the bytes go out. */
  readonly api_key: string
}

/** How this vendor differs from OpenAI, e.g. `unsupported: ['seed']` or `jsonModes: ['json_object']`. The type says all that can. */
const quirks: Quirks = {}

/** Error codes of its own, in lower case, and what they mean. Those that many vendors share are known. */
const codes: readonly [string, ErrorRule][] = [['out_of_credit', { kind: 'quota' }]]

export default defineProvider<Config>({
  create: ({ config }) =>
    createOpenAIDialect({
      url: path => joinUrl(config.api_base, path),
      headers: { Authorization: `Bearer ${config.api_key}` },
      quirks,
      errors: { ...commonErrorRules, codes: new Map([...commonErrorRules.codes, ...codes]) }
    })
})
