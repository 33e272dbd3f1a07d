import { describe, expect, test } from '@jest/globals'
import { json, sse, text, type Answer } from '@resoftai/sdk/testing'
import { collect, type ProviderError } from 'resoftai'
import { completion, delta, failureOf, finished, question, readAll, said, vendorError, withVendor } from './support.ts'

const headers = { 'x-request-id': 'req-1' }

/** The error of a call that is not repeated, whole or streamed; it says all that FAULTS.md asks of an error. */
async function refusal(answer: Answer): Promise<ProviderError> {
  await using vendor = await withVendor(answer)
  const error = await failureOf(vendor.provider.chat(question))
  expect(vendor.service.requests).toHaveLength(1)
  const streamed = await failureOf(collect(vendor.provider.stream(question)))
  expect(vendor.service.requests).toHaveLength(2)
  const { kind, code, status, vendorCode, retryAfterMs, hint } = error
  expect(streamed).toMatchObject({ kind, code, status, vendorCode, retryAfterMs, hint })
  for (const { retryable, provider, model, requestId, attempts, partial } of [error, streamed]) {
    expect({ retryable, provider, model, partial }).toEqual({ retryable: false, provider: 'vendor', model: 'm1', partial: undefined })
    if (answer.headers?.['x-request-id'] !== undefined) expect(requestId).toBe('req-1')
    expect(attempts).toEqual([expect.objectContaining({ provider: 'vendor', model: 'm1', phase: 'body', kind, status })])
  }
  return error
}

const refused = (status: number, message: string, more: object = {}) =>
  refusal(json(vendorError(message, { ...more }), { status, headers }))

describe('a request the vendor cannot accept', () => {
  test('H01 400 is asked once and keeps the words of the vendor', async () => {
    const error = await refused(400, "Unsupported parameter: 'seed'", { code: 'unsupported_parameter', param: 'seed' })
    expect(error).toMatchObject({
      kind: 'bad_request',
      status: 400,
      vendorCode: 'unsupported_parameter',
      message: "Unsupported parameter: 'seed'"
    })
  })

  test.each<[string, string, object]>([
    ['the code of OpenAI', 'too many', { code: 'context_length_exceeded' }],
    ['the code of Zhipu', 'Prompt exceeds max length', { code: '1261' }],
    ['the type of Perplexity', 'x', { type: 'too_many_prompt_tokens', code: 400 }],
    ['the words of DeepSeek', "This model's maximum context length is 1048565 tokens.", { code: 'invalid_request_error' }],
    ['the words of Moonshot', 'Your request exceeded model token limit: 262144', {}],
    ['the words of LM Studio', 'Input does not fit in context length.', {}],
    ['the words of a relay', 'prompt is too long: 250000 tokens > 200000 maximum', {}]
  ])('H02 a conversation that is too long is known by %s, and says to shorten it', async (_what, message, more) => {
    expect(await refused(400, message, more)).toMatchObject({ kind: 'context_length', hint: expect.stringContaining('Shorten') })
  })

  test.each<[string, number, string, object]>([
    ['Azure', 400, 'filtered', { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } }],
    ['Zhipu', 400, '系统检测到敏感内容', { code: '1301' }],
    ['a relay', 400, 'x', { code: 'sensitive_words_detected' }],
    ['OpenRouter', 403, 'Your input was flagged for "violence"', { code: 403 }]
  ])('H03 content that %s refuses with %i is no bad request and no lack of permission', async (_who, status, message, more) => {
    expect(await refused(status, message, more)).toMatchObject({
      kind: 'content_filter',
      status,
      hint: expect.stringContaining('rephrase')
    })
  })

  test.each(['sensitive', 'content_filter'])('H03 a reply that ends with %s is a reply with that reason, in one call', async word => {
    await using vendor = await withVendor(({ json: body }) =>
      (body as { stream?: boolean }).stream === true
        ? sse([said('Half'), finished(word)])
        : json(completion('', { choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: word }] }))
    )
    expect(await vendor.provider.chat(question)).toMatchObject({ finishReason: 'content_filter' })
    const { events, text: shown, error } = await readAll(vendor.provider.stream(question))
    expect([events.at(-1)?.type, shown, error]).toEqual(['finish', 'Half', undefined])
    expect(events.at(-1)).toMatchObject({ reason: 'content_filter' })
    expect(vendor.service.requests).toHaveLength(2)
  })

  test('H03 a refusal in the middle of a stream keeps what was shown, and is asked once', async () => {
    await using vendor = await withVendor(sse([said('Half'), vendorError('no more', { code: '1301' })], { headers }))
    const { text: shown, error } = await readAll(vendor.provider.stream(question))
    expect(shown).toBe('Half')
    expect(error).toMatchObject({ kind: 'content_filter', vendorCode: '1301', partial: 'Half', status: 200, requestId: 'req-1' })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each([405, 410, 415, 451])('H07 %i is a bad request', async status => {
    expect(await refused(status, 'no')).toMatchObject({ kind: 'bad_request', status, message: 'no' })
  })

  test('H10 413 says that it was too large', async () => {
    expect(await refused(413, 'Request Entity Too Large')).toMatchObject({ kind: 'bad_request', code: 'too_large', status: 413 })
    expect(await refusal(text('<html><h1>413</h1></html>', { status: 413, headers }))).toMatchObject({ kind: 'bad_request', status: 413 })
  })

  test('H11 422 names the field', async () => {
    const detail = [{ loc: ['body', 'temperature'], msg: 'must be ≤ 1', type: 'value_error' }]
    expect(await refusal(json({ detail }, { status: 422, headers }))).toMatchObject({
      kind: 'bad_request',
      status: 422,
      message: 'body.temperature: must be ≤ 1'
    })
  })

  test.each([501, 505])('H24 %i is not tried again', async status => {
    expect(await refused(status, 'never')).toMatchObject({ kind: 'server', status })
  })
})

describe('a key or address that is wrong', () => {
  test('H04 401 says to check the key, and where it came from', async () => {
    const error = await refused(401, 'No such key.', { code: 'invalid_api_key' })
    expect(error).toMatchObject({ kind: 'auth', status: 401, vendorCode: 'invalid_api_key' })
    expect(error.hint).toMatch(/^Check the key.* It came from api_key: /)
  })

  test.each<[string, Answer]>([
    [
      'xAI with 400',
      json({ code: 'invalid-argument', error: 'Incorrect API key provided. You can obtain one.' }, { status: 400, headers })
    ],
    ['Mistral', json({ detail: 'Unauthorized' }, { status: 401, headers })],
    ['a gateway in plain words', text('Unauthorized', { status: 401, headers })],
    ['Coze with 200', json({ code: 700_012_006, msg: 'access token invalid' }, { headers })],
    ['Zhipu with 200', json({ code: 401, msg: '令牌已过期', success: false }, { headers })]
  ])('H04 a wrong key is known from %s', async (_who, answer) => {
    expect(await refusal(answer)).toMatchObject({ kind: 'auth', status: answer.status ?? 200, hint: expect.stringContaining('key') })
  })

  test('H05 403 says what a key may lack', async () => {
    expect(await refused(403, 'Country not supported')).toMatchObject({
      kind: 'permission',
      status: 403,
      hint: expect.stringContaining('Check the key')
    })
  })

  test('H06 404 of a model leads to the list of models, 404 of an address to the address', async () => {
    const hints = await Promise.all(
      [
        json(vendorError('The model `m1` does not exist', { code: 'model_not_found' }), { status: 404, headers }),
        json(vendorError('模型不存在，请检查模型代码。', { code: '1211' }), { status: 400, headers }),
        json({ detail: 'Not Found' }, { status: 404, headers }),
        text('404 page not found', { status: 404, headers }),
        text('<html><head><title>404 Not Found</title></head></html>', { status: 404, headers })
      ].map(async answer => {
        const error = await refusal(answer)
        expect(error).toMatchObject({ kind: 'not_found', status: answer.status })
        expect(error.message).not.toContain('<')
        return error.hint
      })
    )
    expect(hints.slice(0, 2)).toEqual([expect.stringContaining('resoftai models'), expect.stringContaining('resoftai models')])
    for (const hint of hints.slice(2)) expect(hint).toContain('api_base')
  })

  test('H07 405 with a page leads to the address', async () => {
    expect(await refusal(text('<html>405 Not Allowed</html>', { status: 405, headers }))).toMatchObject({
      kind: 'bad_request',
      code: 'html',
      hint: expect.stringContaining('api_base')
    })
  })
})

describe('an account that is used up', () => {
  test.each<[string, object]>([
    ['OpenAI, by its code', vendorError('You exceeded your current quota', { type: 'insufficient_quota', code: 'insufficient_quota' })],
    ['OpenAI, by its type', vendorError('x', { type: 'insufficient_quota', code: null })],
    ['OpenAI, by its words', vendorError('You exceeded your current quota, please check your plan and billing details.')],
    ['OpenAI, a limit of the project', vendorError('x', { code: 'project_spend_limit_exceeded' })],
    ['Moonshot', vendorError('suspended', { type: 'exceeded_current_quota_error' })],
    ['SiliconFlow', { code: 30_001, message: 'Sorry, your account balance is insufficient', data: null }],
    ['a relay', vendorError('用户额度不足, 剩余额度: 0', { type: 'new_api_error', code: 'insufficient_user_quota' })],
    ...['1113', '1304', '1308', '1309', '1310'].map((code): [string, object] => [`Zhipu ${code}`, vendorError('no balance', { code })]),
    ...[4008, 4019, 4028].map((code): [string, object] => [`Coze ${code}`, { code, msg: 'used up' }])
  ])('H20 %s: 429 is no rate limit, and is not repeated whatever Retry-After says', async (_who, body) => {
    const error = await refusal(json(body, { status: 429, headers: { ...headers, 'retry-after': '1' } }))
    expect(error).toMatchObject({ kind: 'quota', status: 429, hint: expect.stringMatching(/balance|limit/) })
  })

  test('H20 Coze 4019 with 200, although a stream was asked', async () => {
    expect(await refusal(json({ code: 4019, msg: 'arrears' }, { headers }))).toMatchObject({
      kind: 'quota',
      vendorCode: '4019',
      status: 200
    })
  })

  test('H20 a used-up account told inside a stream', async () => {
    await using vendor = await withVendor(sse([delta({ role: 'assistant' }), vendorError('no balance', { code: '1113' })]))
    const { events, error } = await readAll(vendor.provider.stream(question))
    expect(events.filter(event => event.type === 'finish')).toEqual([])
    expect(error).toMatchObject({ kind: 'quota', retryable: false })
    expect(vendor.service.requests).toHaveLength(1)
  })
})
