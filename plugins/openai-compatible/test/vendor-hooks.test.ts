import { describe, expect, test } from '@jest/globals'
import { joinEvents, readEvents } from '@resoftai/sdk/testing'
import type { ChatRequest } from '@resoftai/sdk'
import { commonErrorRules, createOpenAIDialect, type OpenAIDialectOptions } from '../src/dialect.ts'
import { delta, errorOf } from './reading.ts'

function dialectOf(options: Partial<OpenAIDialectOptions>) {
  return createOpenAIDialect({ url: path => `https://service.example${path}`, headers: {}, ...options })
}

function encode(options: Partial<OpenAIDialectOptions>, request: Partial<ChatRequest> = {}, mode: 'stream' | 'whole' = 'whole') {
  return dialectOf(options).encode({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...request }, mode)
}

function eventsOf(options: Partial<OpenAIDialectOptions>, chunks: readonly unknown[]) {
  return readEvents(
    dialectOf(options),
    chunks.map(chunk => ({ data: JSON.stringify(chunk) }))
  )
}

describe('what differs at one vendor', () => {
  test('is said before the request is encoded, and its warnings come first, each once', () => {
    const { body, warnings } = encode(
      {
        quirks: { unsupported: ['seed'] },
        adapt: (request, mode, warn) => {
          warn('one')
          warn('one')
          return { ...request, temperature: 0.5, extra: { mode, own: 1, ...request.extra } }
        }
      },
      { seed: 1, extra: { own: 2 } },
      'stream'
    )
    expect(body).toMatchObject({ temperature: 0.5, mode: 'stream', own: 2 })
    expect(warnings).toEqual(['one', 'This service does not support `seed`; it was left out.'])
  })

  test('a model of another name is treated as the one it is', () => {
    const { body } = encode({ family: model => (model === 'prod' ? 'gpt-5' : model) }, { model: 'prod', maxTokens: 5, temperature: 1 })
    expect(body).toEqual({ model: 'prod', messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 5 })
  })

  test('tools that the vendor runs itself stand behind those of the request', () => {
    const search = { type: 'web_search' }
    expect(encode({ vendorTools: [search] }).body).toMatchObject({ tools: [search] })
    expect(encode({ vendorTools: [search] }, { tools: [{ name: 'f' }] }).body).toMatchObject({
      tools: [{ function: { name: 'f' } }, search]
    })
    expect(encode({ vendorTools: [] }).body).not.toHaveProperty('tools')
  })

  test('files may be sent by address, those of a tool too', () => {
    const content = [{ type: 'file', url: 'https://a.example/a.pdf', filename: 'a.pdf' }] as const
    const { body } = encode(
      { fileStyle: 'file_url' },
      {
        messages: [
          { role: 'user', content },
          { role: 'tool', toolCallId: '1', content }
        ]
      }
    )
    const sent = { type: 'file_url', file_url: { url: 'https://a.example/a.pdf' } }
    expect(body).toMatchObject({ messages: [{ content: [sent] }, { role: 'tool' }, { content: [{ type: 'text' }, sent] }] })
  })

  test('a wait may be told in words that only this vendor uses', () => {
    const errors = { ...commonErrorRules, readWait: (message: string) => (message === 'moin' ? 7 : undefined) }
    const waitOf = (message: string) => dialectOf({ errors }).decodeError?.(429, { error: { message } }, new Headers())?.retryAfterMs
    expect([waitOf('moin'), waitOf('retry after 2 seconds'), waitOf('x')]).toEqual([7, 2000, undefined])
  })
})

test('an error may tell itself what to do next', () => {
  const errors = { ...commonErrorRules, readHint: (body: unknown) => (body as { readonly do?: string }).do }
  const told = eventsOf.bind(undefined, { errors }, [{ error: { message: 'x', code: 'invalid_api_key' }, do: 'this' }])
  expect(errorOf(told)).toMatchObject({ kind: 'auth', hint: 'this' })
  expect(dialectOf({ errors }).decodeError?.(401, {}, new Headers())?.hint).toMatch(/key/)
})

test('a failure told behind the end is one all the same', () => {
  expect(errorOf(() => eventsOf({}, [delta({ content: 'a' }, 'stop'), delta({}, 'network_error')]))).toMatchObject({ kind: 'server' })
})

test('a filter that objects behind the end is told of once, and takes nothing back', () => {
  const late = { choices: [{ index: 0, finish_reason: 'content_filter', content_filter_results: {} }] }
  const reply = joinEvents(eventsOf({}, [delta({ content: 'a' }), delta({}, 'stop'), late, late]))
  expect([reply.content, reply.finishReason, reply.warnings]).toEqual(['a', 'stop', [expect.stringContaining('filter')]])
  expect(joinEvents(eventsOf({}, [delta({ content: 'a' }), late, late])).warnings).toEqual([])
})
