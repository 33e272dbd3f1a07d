import { describe, expect, test } from '@jest/globals'
import { embeddingList, readEmbeddingBody } from './embeddings.ts'

describe('an embedding body', () => {
  test('holds one text or several', () => {
    expect(readEmbeddingBody({ model: 'm', input: 'a' })).toEqual({ model: 'm', ask: { input: ['a'] }, encodingFormat: 'float' })
    expect(
      readEmbeddingBody({ model: 'm', input: ['a', ''], encoding_format: 'base64', dimensions: 256, user: 'u', input_type: 'query' })
    ).toEqual({
      model: 'm',
      ask: { input: ['a', ''], dimensions: 256, user: 'u', extra: { input_type: 'query' } },
      encodingFormat: 'base64'
    })
  })

  test.each([
    ['input', { model: 'm' }],
    ['input', { model: 'm', input: [] }],
    ['input', { model: 'm', input: [1, 2, 3] }],
    ['input', { model: 'm', input: [[1, 2], [3]] }],
    ['input', { model: 'm', input: {} }],
    ['input', { model: 'm', input: Array(2_049).fill('x') }],
    ['input.1', { model: 'm', input: ['a', null] }],
    ['model', { input: 'a' }],
    ['encoding_format', { model: 'm', input: 'a', encoding_format: 'int8' }],
    ['dimensions', { model: 'm', input: 'a', dimensions: 0 }],
    ['api_base', { model: 'm', input: 'a', api_base: 'http://evil.example' }],
    [undefined, []]
  ])('names what is wrong: %s in %j', (param, body) => {
    expect(() => readEmbeddingBody(body)).toThrow(expect.objectContaining({ status: 400, param }))
  })

  test('says that tokens are not texts', () => {
    expect(() => readEmbeddingBody({ model: 'm', input: [[1]] })).toThrow(
      '`input` must hold texts: tokens mean something else to each model.'
    )
  })
})

describe('a list of embeddings', () => {
  const reply = { model: 'm-1', vectors: [[0.1, -2], [1.5]], usage: { inputTokens: 7 }, cost: { nanos: 20_000n, currency: 'USD' } }

  test('tells vectors in the order of the texts', () => {
    expect(embeddingList(reply, 'float')).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.1, -2] },
        { object: 'embedding', index: 1, embedding: [1.5] }
      ],
      model: 'm-1',
      usage: { prompt_tokens: 7, total_tokens: 7 },
      cost: { amount: '0.00002', currency: 'USD' }
    })
  })

  test('tells them as 32-bit floats, low byte first, where that is asked for', () => {
    const { data } = embeddingList(reply, 'base64') as { readonly data: readonly { readonly embedding: string }[] }
    expect(data.map(item => item.embedding)).toEqual(['zczMPQAAAMA=', 'AADAPw=='])
  })

  test('says nothing of a usage that is not known', () => {
    expect(embeddingList({ model: 'm', vectors: [], usage: {} }, 'float')).toEqual({
      object: 'list',
      data: [],
      model: 'm',
      usage: null,
      cost: null
    })
    expect(embeddingList({ model: 'm', vectors: [], usage: { totalTokens: 3, estimated: true } }, 'float')).toMatchObject({
      usage: { prompt_tokens: 3, total_tokens: 3, estimated: true }
    })
  })
})
