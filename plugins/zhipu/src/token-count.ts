import { readUsage, type OpenAIDialect } from '@resoftai/plugin-openai-compatible/dialect'
import { ProviderError, type TokenCountDialect } from '@resoftai/sdk'

/**
 * `POST /tokenizer {model, messages, tools}` answers `{usage: {prompt_tokens, total_tokens}}`; images count in the total only (the vendor's
 * API reference, read through clients).
 */
export function countTokens(dialect: OpenAIDialect, url: string): TokenCountDialect {
  return {
    encode(request) {
      const { headers, body } = dialect.encode(request, 'whole')
      const { model, messages, tools } = body as { readonly [field: string]: unknown }
      return { url, headers, body: { model, messages, ...(tools !== undefined && { tools }) } }
    },
    decode(body) {
      const { usage } = (body ?? {}) as { readonly usage?: unknown }
      const { totalTokens, inputTokens } = readUsage(usage) ?? {}
      const count = totalTokens ?? inputTokens
      if (count !== undefined) return count
      const unreadable = new ProviderError('protocol', 'The vendor answered with JSON that holds no number of tokens.', {
        code: 'unreadable'
      })
      throw dialect.decodeError?.(200, body, new Headers()) ?? unreadable
    }
  }
}
