import { describe, expect, test } from '@jest/globals'
import { dialectWith, errorOf, wholeReplyOf } from './reading.ts'

describe('a whole reply', () => {
  test('is read like a stream of one chunk', () => {
    const body = {
      id: 'chatcmpl-1',
      model: 'm-1',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi', reasoning_content: 'Hm', refusal: null }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 }
    }
    expect(wholeReplyOf(body)).toMatchObject({
      id: 'chatcmpl-1',
      model: 'm-1',
      content: 'Hi',
      reasoning: 'Hm',
      finishReason: 'stop',
      warnings: [],
      usage: { inputTokens: 2, outputTokens: 1, totalTokens: 3 }
    })
  })

  test('may lack a reason (Snowflake)', () => {
    expect(wholeReplyOf({ choices: [{ message: { content: 'Hi' }, finish_reason: '' }] })).toMatchObject({
      content: 'Hi',
      finishReason: 'unknown'
    })
  })

  test('may hold an empty delta beside the message (Perplexity)', () => {
    expect(wholeReplyOf({ choices: [{ message: { content: 'Hi' }, delta: { content: '' }, finish_reason: 'stop' }] }).content).toBe('Hi')
  })

  test.each([[{}], [{ choices: [] }], [{ choices: null, object: 'x' }], ['text'], [null], [[]]])('%j is none', body => {
    expect(errorOf(() => wholeReplyOf(body))).toMatchObject({ kind: 'protocol', hint: expect.stringContaining('/v1') })
  })

  test.each([
    [{ choices: [{ message: {}, error: { code: 502, message: 'upstream' }, finish_reason: 'error' }] }, 'server'],
    [{ error: { message: 'no', code: 'insufficient_quota' } }, 'quota']
  ])('%j is a failure', (body, kind) => {
    expect(errorOf(() => wholeReplyOf(body))).toMatchObject({ kind })
  })
})

describe('embeddings', () => {
  const embeddings = dialectWith().embeddings

  test('are asked for with what the request has', () => {
    const request = { model: 'e', input: ['a', 'b'], dimensions: 8, extra: { encoding_format: 'float' }, headers: { X_Title: 't' } }
    expect(embeddings?.encode(request)).toEqual({
      url: 'https://service.example/v1/embeddings',
      headers: { Authorization: 'Bearer {{secret:api_key}}', 'X-Title': 't' },
      body: { model: 'e', input: ['a', 'b'], dimensions: 8, encoding_format: 'float' }
    })
  })

  test('come back in the order of the inputs', () => {
    const data = [
      { index: 1, embedding: [3, 4] },
      { index: 0, embedding: [1, 2] }
    ]
    expect(embeddings?.decode({ model: 'e-1', data, usage: { prompt_tokens: 2, total_tokens: 2 } })).toEqual({
      model: 'e-1',
      vectors: [
        [1, 2],
        [3, 4]
      ],
      usage: { inputTokens: 2, totalTokens: 2 }
    })
  })

  test('keep their order without an index', () => {
    expect(embeddings?.decode({ data: [{ embedding: [1] }, { embedding: [2] }] }).vectors).toEqual([[1], [2]])
  })

  test.each([[{}], [null], [{ data: [{ embedding: 'AAAA' }] }], [{ data: [{ embedding: [1, null] }] }]])('%j are none', body => {
    expect(errorOf(() => embeddings?.decode(body))).toMatchObject({ kind: 'protocol' })
  })

  test('a failure with status 200 keeps its kind', () => {
    expect(errorOf(() => embeddings?.decode({ error: { message: 'no', code: 'model_not_found' } }))).toMatchObject({ kind: 'not_found' })
  })
})

describe('the model list', () => {
  const models = dialectWith().models

  test('is read from every shape seen', () => {
    const data = [
      { id: 'a', owned_by: 'openai' },
      { id: 'b', context_length: 8192 },
      { id: 'c', max_model_len: 4096 },
      { id: 'd', context_window: 131072, owned_by: '' },
      { name: 'no id' },
      null
    ]
    const expected = [
      { id: 'a', ownedBy: 'openai' },
      { id: 'b', contextTokens: 8192 },
      { id: 'c', contextTokens: 4096 },
      { id: 'd', contextTokens: 131072 }
    ]
    expect(models?.decode({ object: 'list', data })).toEqual(expected)
    expect(models?.decode(data)).toEqual(expected)
  })

  test.each([[{}], ['<html>'], [null]])('%j is none', body => {
    expect(errorOf(() => models?.decode(body))).toMatchObject({ kind: 'protocol', hint: expect.stringContaining('api_base') })
  })
})
