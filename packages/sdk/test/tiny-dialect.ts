import { defineProvider, ProviderError, type ChatEvent } from '@resoftai/sdk'

export const tiny = defineProvider<{ api_base: string; api_key: string }>({
  create: ({ config }) => ({
    encode: ({ model, messages, extra, headers }, mode) => ({
      url: `${config.api_base}/talk`,
      headers: { ...headers, authorization: `Bearer ${config.api_key}` },
      body: { model, messages, live: mode === 'stream', ...extra }
    }),
    streamDecoder: () => event => (event.data === '[DONE]' ? 'done' : read(event.data)),
    decode: body => read(JSON.stringify(body)),
    decodeError: status => (status === 418 ? new ProviderError('overloaded', 'Tiny is a teapot now.') : undefined)
  })
})

function read(json: string): ChatEvent[] {
  const { say, bye, spent } = parse(json)
  return [
    ...(typeof say === 'string' ? [{ type: 'text', text: say } as const] : []),
    ...(isCount(spent) ? [{ type: 'usage', usage: { outputTokens: spent } } as const] : []),
    ...(bye === true ? [{ type: 'finish', reason: 'stop' } as const] : [])
  ]
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json)) as Readonly<Record<string, unknown>>
  } catch {
    throw new ProviderError('protocol', 'Tiny sent something that is no JSON.')
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
