import { createOpenAIDialect, joinUrl } from '@resoftai/plugin-openai-compatible/dialect'
import { defineProvider } from '@resoftai/sdk'
import { adapt } from './adapt.ts'
import { withoutBoxMarks } from './box-marks.ts'
import type { Config } from './config.ts'
import { limitEmbeddings } from './embeddings.ts'
import { zhipuErrorRules } from './error-rules.ts'
import { countTokens } from './token-count.ts'
import { bearerToken } from './token.ts'
import { webSearchTools } from './web-search.ts'

/** Zhipu BigModel and Z.ai: OpenAI's API with rules of its own (WIRE.md section 7). */
export default defineProvider<Config>({
  create(context) {
    const { config, clock } = context
    const url = (path: string) => joinUrl(config.api_base, path)
    const dialect = createOpenAIDialect({
      url,
      headers: { Authorization: `Bearer ${bearerToken(context)}` },
      quirks: {
        // Usage comes without being asked for.
        unsupported: ['name', 'seed', 'presence_penalty', 'frequency_penalty', 'parallel_tool_calls', 'stream_options'],
        systemRole: 'system',
        jsonModes: ['json_object'],
        replay: ['reasoning_content']
      },
      fileStyle: 'file_url',
      adapt: (request, mode, warn) => adapt(request, mode, config, warn),
      vendorTools: webSearchTools(config.web_search),
      errors: zhipuErrorRules(clock)
    })
    return {
      ...dialect,
      ...withoutBoxMarks(dialect),
      embeddings: limitEmbeddings(dialect.embeddings),
      tokens: countTokens(dialect, url('/tokenizer'))
    }
  }
})
