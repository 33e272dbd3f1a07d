import { defineProvider, ProviderError, type ChatEvent, type FinishReason } from '@resoftai/sdk'
import type { CheckOptions } from '../src/testing/index.ts'

export interface SoundConfig {
  readonly api_base: string
  readonly api_key: string
}

/** A dialect with everything that the conformance suite looks at, and nothing wrong. */
export const sound = defineProvider<SoundConfig>({
  create: ({ config }) => {
    const headers = { authorization: `Bearer ${config.api_key}` }
    return {
      encode: ({ model, messages, tools, extra, headers: more }, mode) => ({
        url: `${config.api_base}/talk`,
        headers: { ...more, ...headers },
        body: { model, messages, ...(tools !== undefined && { tools }), live: mode === 'stream', ...extra }
      }),
      streamDecoder: () => event => (event.data === '[DONE]' ? 'done' : readPiece(parse(event.data))),
      decode: readWhole,
      decodeError: (_status, body) => readFault(body),
      models: {
        encode: () => ({ url: `${config.api_base}/voices`, headers }),
        decode: body => listOf(fields(body)['voices']).flatMap(id => (typeof id === 'string' ? [{ id }] : []))
      }
    }
  }
})

type Fields = Readonly<Record<string, unknown>>

function readPiece(piece: Fields): ChatEvent[] {
  const fault = readFault(piece)
  if (fault !== undefined) throw fault
  const { say, call, spent, bye } = piece
  const usage = fields(spent)
  return [
    ...(typeof say === 'string' ? [{ type: 'text', text: say } as const] : []),
    ...(call === undefined ? [] : [readCall(fields(call))]),
    ...(isCount(usage['out']) ? [{ type: 'usage', usage: { outputTokens: usage['out'] } } as const] : []),
    ...(typeof bye === 'string' ? [{ type: 'finish', reason: reasons.get(bye) ?? 'unknown', raw: bye } as const] : [])
  ]
}

function readWhole(body: unknown): ChatEvent[] {
  const { say, calls, spent, bye } = fields(body)
  const fault = readFault(body)
  if (fault !== undefined) throw fault
  return [say, ...listOf(calls)]
    .flatMap((part, index) => readPiece(index === 0 ? { say: part } : { call: part }))
    .concat(readPiece({ spent, bye }))
}

const reasons = new Map<string, FinishReason>([
  ['done', 'stop'],
  ['call', 'tool_calls']
])

function readCall({ n, id, name, args }: Fields): ChatEvent {
  if (!isCount(n)) throw new ProviderError('protocol', 'A call without a number.')
  return { type: 'tool_call', index: n, ...textOf('id', id), ...textOf('name', name), ...textOf('arguments', args) }
}

function textOf<Key extends string>(key: Key, value: unknown): { readonly [Name in Key]?: string } {
  return typeof value === 'string' ? ({ [key]: value } as { readonly [Name in Key]?: string }) : {}
}

function readFault(body: unknown): ProviderError | undefined {
  const { fault } = fields(body)
  return fault === undefined ? undefined : new ProviderError(fault === 'busy' ? 'overloaded' : 'server', 'Sound told of a fault.')
}

export function parse(json: string): Fields {
  try {
    return fields(JSON.parse(json))
  } catch {
    throw new ProviderError('protocol', 'Sound sent something that is no JSON.')
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

const stream = (...pieces: readonly (object | string)[]): string =>
  pieces.map(piece => `data: ${typeof piece === 'string' ? piece : JSON.stringify(piece)}\n\n`).join('')

const paris = { id: 'a', name: 'weather', arguments: '{"city":"Paris"}' }

export const soundOptions: CheckOptions = {
  config: { api_base: 'https://sound.example/v1' },
  secrets: ['api_key'],
  hosts: ['${config.api_base}'],
  provides: ['chat', 'stream', 'tools', 'models'],
  goldens: [
    {
      name: 'tools',
      mode: 'stream',
      request: { model: 's-1', messages: [{ role: 'user', content: 'Hi' }], tools: [{ name: 'weather' }] },
      expect: {
        url: 'https://sound.example/v1/talk',
        headers: { authorization: 'Bearer {{secret:api_key}}' },
        body: { model: 's-1', messages: [{ role: 'user', content: 'Hi' }], tools: [{ name: 'weather' }], live: true }
      }
    },
    {
      name: 'voices',
      call: 'models',
      expect: { url: 'https://sound.example/v1/voices', headers: { authorization: 'Bearer {{secret:api_key}}' } }
    }
  ],
  fixtures: [
    {
      name: 'text',
      body: stream({ say: 'Hello, ' }, { say: '世界', spent: { out: 1 } }, { spent: { out: 2 } }, { bye: 'done' }, '[DONE]'),
      expect: { content: 'Hello, 世界', toolCalls: [], finishReason: 'stop', usage: { outputTokens: 2 } }
    },
    {
      name: 'text, whole',
      json: { say: 'Hello, 世界', bye: 'done', spent: { out: 2 } },
      expect: { content: 'Hello, 世界', finishReason: 'stop' }
    },
    {
      name: 'calls',
      body: stream(
        { call: { n: 0, id: 'a', name: 'weather', args: '{"city":' } },
        { call: { n: 1, id: 'b', name: 'now' } },
        { call: { n: 0, args: '"Paris"}' } },
        { bye: 'call' },
        '[DONE]'
      ),
      expect: { toolCalls: [paris, { id: 'b', name: 'now', arguments: '{}' }], finishReason: 'tool_calls' }
    },
    { name: 'cut', body: stream({ say: 'Hello, ' }), expect: { errorKind: 'truncated' } },
    { name: 'busy inside', body: stream({ say: 'Hello, ' }, { fault: 'busy' }), expect: { errorKind: 'overloaded' } },
    { name: 'busy', status: 503, json: { fault: 'busy' }, expect: { errorKind: 'overloaded' } },
    { name: 'voices', json: { voices: ['s-1', 's-2'] }, expect: { models: [{ id: 's-1' }] } }
  ],
  pairs: [{ whole: 'text, whole', stream: 'text' }]
}
