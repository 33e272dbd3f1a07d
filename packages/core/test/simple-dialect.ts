import { ProviderError, type ChatEvent, type Dialect } from '@resoftai/sdk'

/** A dialect with the fewest words: each event is `{ "text" }`, `{ "think" }`, `{ "end": reason }`, `{ "tokens" }` or `{ "error": kind }`. */
export function simpleDialect(base: string): Dialect {
  const read = (part: Record<string, unknown>): ChatEvent[] => {
    if (part['error'] !== undefined) throw new ProviderError(part['error'] as 'overloaded', 'The vendor says so.', { vendorCode: 'E1' })
    return [
      ...('text' in part ? [{ type: 'text', text: String(part['text']) } as const] : []),
      ...('think' in part ? [{ type: 'reasoning', text: String(part['think']) } as const] : []),
      ...('tokens' in part ? [{ type: 'usage', usage: { outputTokens: Number(part['tokens']) } } as const] : []),
      ...('end' in part ? [{ type: 'finish', reason: part['end'] as 'stop' } as const] : [])
    ]
  }
  return {
    encode: (request, mode) => ({
      url: `${base}/chat`,
      headers: { authorization: 'Bearer {{secret:api_key}}', ...request.headers },
      body: { model: request.model, stream: mode === 'stream', messages: request.messages },
      warnings: request.seed === undefined ? [] : ['seed is not supported']
    }),
    streamDecoder: () => event => (event.data === '[DONE]' ? 'done' : read(JSON.parse(event.data) as Record<string, unknown>)),
    decode: body => read(body as Record<string, unknown>),
    decodeError: (_status, body) => {
      const code = (body as { code?: unknown }).code
      return code === 'poor' ? new ProviderError('quota', 'No money left.', { vendorCode: 'poor' }) : undefined
    },
    models: { encode: () => ({ url: `${base}/models`, headers: {} }), decode: body => (body as string[]).map(id => ({ id })) }
  }
}
