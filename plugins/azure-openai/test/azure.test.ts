import { describe, expect, test } from '@jest/globals'
import type { Config } from '../src/config.ts'
import { dialectOf } from './dialect.ts'

describe('the address', () => {
  test.each([
    ['https://r.openai.azure.com', 'https://r.openai.azure.com'],
    ['https://r.openai.azure.com/', 'https://r.openai.azure.com'],
    ['https://r.openai.azure.com/openai', 'https://r.openai.azure.com'],
    ['https://r.openai.azure.com/openai/v1/', 'https://r.openai.azure.com'],
    ['https://r.services.ai.azure.com/models', 'https://r.services.ai.azure.com'],
    ['https://gateway.example/team', 'https://gateway.example/team'],
    ['https://gateway.example/my-models/', 'https://gateway.example/my-models']
  ])('%s means the resource %s', async (api_base, resource) => {
    expect((await dialectOf({ api_base })).models?.encode().url).toBe(`${resource}/openai/v1/models`)
  })

  test('a deployment stays inside of its part of the path', async () => {
    const dialect = await dialectOf({ api_version: '2024-10-21' })
    expect(dialect.encode({ model: '../../x?y#z', messages: [] }, 'whole').url).toBe(
      'https://res.openai.azure.com/openai/deployments/..%2F..%2Fx%3Fy%23z/chat/completions?api-version=2024-10-21'
    )
  })
})

test.each<[Partial<Config>, boolean]>([
  [{}, true],
  [{ api_version: '2024-08-01-preview' }, false],
  [{ api_version: '2024-09-01-preview' }, true],
  [{ api_version: '2024-10-21' }, true],
  [{ surface: 'deployments' }, false],
  [{ surface: 'models', api_version: '2024-05-01-preview' }, true]
])('with %j a stream is asked for its usage: %s', async (config, asked) => {
  const { body, warnings } = (await dialectOf(config)).encode({ model: 'm', messages: [] }, 'stream')
  expect('stream_options' in (body as object)).toBe(asked)
  expect(warnings).toEqual([])
})

test('a deployment named like a field of every object is only a name', async () => {
  const { body } = (await dialectOf({ model_family: {} })).encode({ model: 'constructor', messages: [], maxTokens: 1 }, 'whole')
  expect(body).toMatchObject({ model: 'constructor', max_tokens: 1 })
})

describe('an error', () => {
  test.each<[number, object, string, RegExp]>([
    [404, { code: 'DeploymentNotFound', message: 'x' }, 'not_found', /deployment/],
    [404, { code: '404', message: 'Resource not found' }, 'not_found', /api_version/],
    [400, { code: 'BadRequest', message: 'API version not supported' }, 'bad_request', /api_version/],
    [400, { code: 'OperationNotSupported', message: 'The chatCompletion operation does not work with x' }, 'bad_request', /another kind/],
    [403, { code: '403', message: 'Access denied due to Virtual Network/Firewall rules.' }, 'permission', /network/],
    [401, { code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' }, 'auth', /key/],
    [400, { code: 'content_filter', message: 'x' }, 'content_filter', /rephrase/],
    [
      400,
      {
        code: 'content_filter',
        message: 'x',
        innererror: { content_filter_result: { a: { filtered: true }, b: null, c: { filtered: false } } }
      },
      'content_filter',
      /objects to this: a\./
    ]
  ])('%i %j is %s, and has a hint for a person', async (status, error, kind, hint) => {
    const read = (await dialectOf()).decodeError?.(status, { error }, new Headers())
    expect(read).toMatchObject({ kind, status, hint: expect.stringMatching(hint) })
  })

  test('of the rate limit, which names the API version, is none about the version', async () => {
    const message = 'Requests under Azure OpenAI API version 2024-10-21 have exceeded call rate limit. Please retry after 22 seconds.'
    const error = (await dialectOf()).decodeError?.(429, { error: { code: '429', message } }, new Headers())
    expect(error).toMatchObject({ kind: 'rate_limit', retryAfterMs: 22_000, retryable: true })
  })
})
