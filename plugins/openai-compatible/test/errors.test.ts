import { describe, expect, test } from '@jest/globals'
import type { ProviderError } from '@resoftai/sdk'
import type { Quirks } from '../src/dialect.ts'
import { dialectWith } from './reading.ts'

function errorFor(status: number, body: unknown, quirks: Quirks = {}): ProviderError | undefined {
  return dialectWith(quirks).decodeError?.(status, body, new Headers())
}

const says = (message: string, more: object = {}) => ({
  error: { message, type: 'invalid_request_error', param: null, code: null, ...more }
})

describe('the kind of an error', () => {
  test.each<[string, number, unknown, string, boolean]>([
    ['H01', 400, says('bad', { code: 'unsupported_parameter' }), 'bad_request', false],
    ['H02', 400, says('x', { code: 'context_length_exceeded' }), 'context_length', false],
    [
      'H02 DeepSeek',
      400,
      says("This model's maximum context length is 1048565 tokens.", { code: 'invalid_request_error' }),
      'context_length',
      false
    ],
    [
      'H02 OpenRouter',
      400,
      { error: { code: 400, message: "This endpoint's maximum context length is 8192 tokens." } },
      'context_length',
      false
    ],
    ['H02 Perplexity', 400, { error: { message: 'x', type: 'too_many_prompt_tokens', code: 400 } }, 'context_length', false],
    ['H02 Ollama', 400, says('prompt too long; exceeded max context length by 12 tokens'), 'context_length', false],
    ['H02 LM Studio', 400, { error: 'Input does not fit in context length.' }, 'context_length', false],
    ['H02 Anthropic behind a relay', 400, says('prompt is too long: 250000 tokens > 200000 maximum'), 'context_length', false],
    ['H02 Moonshot', 400, says('Invalid request: Your request exceeded model token limit: 262144'), 'context_length', false],
    ['H02 Zhipu', 400, { error: { code: '1261', message: 'Prompt 超长' } }, 'context_length', false],
    ['H02 a relay in Chinese', 400, says('输入内容过长'), 'context_length', false],
    [
      'H03 Azure',
      400,
      says('x', { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } }),
      'content_filter',
      false
    ],
    ['H03 relay', 400, says('x', { code: 'sensitive_words_detected' }), 'content_filter', false],
    ['H03 OpenRouter', 403, { error: { code: 403, message: 'Your input was flagged for "violence"' } }, 'content_filter', false],
    ['H03 Azure by text', 400, says("filtered due to Azure OpenAI's content management policy"), 'content_filter', false],
    ['H03 Zhipu', 400, { error: { code: '1301', message: '系统检测到输入或生成内容可能包含不安全或敏感内容' } }, 'content_filter', false],
    ['H04', 401, says('Incorrect API key provided: sk-ab***', { code: 'invalid_api_key' }), 'auth', false],
    ['H04 Mistral', 401, { detail: 'Invalid API Key' }, 'auth', false],
    ['H04 Ollama cloud', 401, says('Unauthorized', { type: 'api_error' }), 'auth', false],
    ['H04 Azure', 401, { error: { code: '401', message: 'Access denied' } }, 'auth', false],
    ['H04 xAI', 400, { code: 'invalid-argument', error: 'Incorrect API key provided. You can obtain one.' }, 'auth', false],
    ['H05', 403, says('country'), 'permission', false],
    ['H06', 404, says("model 'x' not found", { type: 'not_found_error' }), 'not_found', false],
    ['H06 Azure', 404, { error: { code: 'DeploymentNotFound', message: 'x' } }, 'not_found', false],
    ['H07', 415, says('x'), 'bad_request', false],
    ['H08', 408, says('x'), 'timeout', true],
    ['H09', 409, says('x'), 'server', true],
    ['H10', 413, says('x'), 'bad_request', false],
    ['H11', 422, { detail: [{ loc: ['body', 'seed'], msg: 'Extra inputs', type: 'x' }] }, 'bad_request', false],
    ['H12', 425, says('x'), 'server', true],
    ['H13', 429, says('slow', { code: 'rate_limit_exceeded', type: 'tokens' }), 'rate_limit', true],
    ['H13 Azure', 429, { error: { code: 'RateLimitReached', message: 'x' } }, 'rate_limit', true],
    ['H13 Mistral, whose 1300 is no policy', 429, { message: 'x', type: 'rate_limited', code: '1300' }, 'rate_limit', true],
    ['H13 Zhipu', 429, { error: { code: '1302', message: 'x' } }, 'rate_limit', true],
    [
      'H13 Gemini, in the words of a used-up quota',
      429,
      says('You exceeded your current quota.\nPlease retry in 48.9s.'),
      'rate_limit',
      true
    ],
    ['H20 Gemini, nothing left to wait for', 429, says('You exceeded your current quota, limit: 0\nPlease retry in 4s.'), 'quota', false],
    ['H20 Moonshot', 429, says('suspended', { type: 'exceeded_current_quota_error' }), 'quota', false],
    ['H20 SiliconFlow', 403, { code: 30001, message: 'Sorry, your account balance is insufficient', data: null }, 'quota', false],
    ['H20 Zhipu', 429, { error: { code: '1113', message: 'x' } }, 'quota', false],
    ['H20 Coze', 429, { code: 4028, msg: 'x' }, 'quota', false],
    ['H20', 429, says('x', { type: 'insufficient_quota', code: 'insufficient_quota' }), 'quota', false],
    ['H20 by type', 429, says('x', { type: 'insufficient_quota' }), 'quota', false],
    ['H20 by text', 429, says('You exceeded your current quota'), 'quota', false],
    [
      'H20 relay',
      403,
      says('用户额度不足, 剩余额度: 0 (request id: 1)', { type: 'new_api_error', code: 'insufficient_user_quota' }),
      'quota',
      false
    ],
    ['H20 relay by text', 403, says('该令牌额度已用尽'), 'quota', false],
    ['402', 402, says('Insufficient Balance'), 'quota', false],
    ['402 with money held back', 402, { error: { code: 402, message: 'Credits are reserved by in-flight requests' } }, 'rate_limit', true],
    ['H21', 500, says('x', { type: 'server_error' }), 'server', true],
    ['H21', 503, says('x', { type: 'service_unavailable_error', code: 'server_is_overloaded' }), 'overloaded', true],
    ['OpenAI slow_down', 429, says('x', { code: 'slow_down', type: 'rate_limit_error' }), 'overloaded', true],
    ['H23', 529, says('x'), 'overloaded', true],
    ['H24', 501, says('x'), 'server', false],
    ['Groq 498', 498, says('x', { code: 'capacity_exceeded' }), 'overloaded', true],
    ['relay without a channel', 503, says('当前分组 default 下对于模型 x 无可用渠道', { type: 'new_api_error' }), 'overloaded', true],
    ['relay without a key', 500, says('x', { code: 'channel:no_available_key' }), 'overloaded', true],
    ['relay that knows no such model', 503, says('x', { code: 'model_not_found' }), 'not_found', false],
    ['H32', 418, says('x', { code: 'never_seen' }), 'bad_request', false],
    ['a name of every object', 400, says('x', { code: 'constructor' }), 'bad_request', false]
  ])('%s: %i %j is %s', (_, status, body, kind, retryable) => {
    expect(errorFor(status, body)).toMatchObject({ kind, retryable, status })
  })

  test('a status may mean something else at one service', () => {
    const quirks = { statusKinds: { 403: 'context_length' } } as const
    expect(errorFor(403, says('Input plus max_tokens is too large'), quirks)).toMatchObject({ kind: 'context_length' })
    expect(errorFor(403, says('x', { code: 'insufficient_quota' }), quirks)).toMatchObject({ kind: 'quota' })
  })
})

describe('what an error says', () => {
  test.each<[unknown, string, string | undefined]>([
    [{ error: { message: 'a', code: 7 }, message: 'b' }, 'a', '7'],
    [{ message: 'b', msg: 'c' }, 'b', undefined],
    [{ msg: 'c', err: 'd', code: 1001 }, 'c', '1001'],
    [{ err: 'd', error_msg: 'e' }, 'd', undefined],
    [{ error_msg: 'e', header: { message: 'f' } }, 'e', undefined],
    [{ header: { message: 'f' }, response: { error: { message: 'g', code: 'x' } } }, 'f', 'x'],
    [{ response: { error: { message: 'g', code: 'x' } }, detail: 'h' }, 'g', 'x'],
    [{ detail: 'h', error: 'i' }, 'h', undefined],
    [{ detail: [{ loc: ['body', 'seed'], msg: 'Extra' }, { msg: 'Two' }] }, 'body.seed: Extra; Two', undefined],
    [{ error: 'i' }, 'i', undefined],
    [[{ error: { code: 400, message: 'API key not valid', status: 'INVALID_ARGUMENT' } }], 'API key not valid', '400'],
    ['plain words', 'plain words', undefined],
    [{}, 'The vendor answered 400.', undefined],
    ['', 'The vendor answered 400.', undefined],
    [
      { error: { message: 'Provider returned error', metadata: { raw: 'upstream is busy' } } },
      'Provider returned error: upstream is busy',
      undefined
    ]
  ])('%j says %j', (body, message, vendorCode) => {
    expect(errorFor(400, body)).toMatchObject({ message, vendorCode })
  })

  test('H33: control characters of a message are shown as such', () => {
    expect(errorFor(500, says('\u001b[31mred\u0007'))?.message).toBe('\ufffd[31mred\ufffd')
  })

  test('H33: a long message is cut, but not so short that the host could miss a key which the cut halves', () => {
    const { length } = errorFor(500, says('x'.repeat(100_000)))?.message ?? ''
    expect(length).toBeGreaterThan(4_000)
    expect(length).toBeLessThan(10_000)
  })

  test('N31: a page inside of the message is not repeated', () => {
    expect(errorFor(502, says(' <html><h1>Bad gateway</h1>'))).toMatchObject({
      kind: 'server',
      message: 'The vendor answered 502 with a web page.'
    })
  })

  test('H09, H10: a finer word where there is one', () => {
    expect(errorFor(409, says('x'))?.code).toBe('conflict')
    expect(errorFor(413, says('x'))?.code).toBe('too_large')
    expect(errorFor(400, { error: { code: '1231', message: 'running' } })).toMatchObject({
      kind: 'server',
      code: 'conflict',
      retryable: false
    })
  })

  test.each<[number, unknown, RegExp]>([
    [401, says('x'), /key/],
    [403, says('x'), /key/],
    [404, says("model 'x' not found"), /resoftai models/],
    [404, says('x', { code: 'model_not_found' }), /resoftai models/],
    [404, { detail: 'Not Found' }, /api_base/],
    [404, '<!DOCTYPE html><html>…', /api_base/],
    [400, says('invalid image input'), /data: URL/],
    [400, says('x', { code: 'tool_use_failed' }), /tool/]
  ])('H04-H06: %i %j has a hint for a person', (status, body, hint) => {
    expect(errorFor(status, body)?.hint).toMatch(hint)
  })
})

describe('how long to wait', () => {
  test.each<[string, number | undefined]>([
    ['Rate limit reached. Please try again in 7.66s. Visit x', 7660],
    ['Please try again in 2m59.56s.', 179_560],
    ['Please try again in 1h0m5s', 3_605_000],
    ['try again in 6m0s', 360_000],
    ['Please try again in 370ms.', 370],
    ['Please retry after 22 seconds.', 22_000],
    ['Retry in 48.939935699s', 48_940],
    ['retry in 5 minutes', 300_000],
    ['Please try again in 0s', undefined],
    ['Please try again in a while', undefined],
    ['Please try again later', undefined],
    ['Limit 30000, Used 29000', undefined]
  ])('H19: %j', (message, expected) => {
    expect(errorFor(429, says(message))?.retryAfterMs).toBe(expected)
  })
})

describe('a web page', () => {
  test.each([
    [404, 'not_found', false],
    [502, 'server', true],
    [503, 'overloaded', true],
    [200, 'protocol', false]
  ])('N30, N31, H06: with status %i is %s, without its text', (status, kind, retryable) => {
    const page = `\n<!-- cdn --><html><body>${'login '.repeat(1000)}</body></html>`
    expect(errorFor(status, page)).toMatchObject({
      kind,
      retryable,
      code: 'html',
      message: `The vendor answered ${status} with a web page.`
    })
  })
})

test('a redirect is left to the host', () => {
  expect(errorFor(302, { message: 'Moved' })).toBeUndefined()
  expect(errorFor(307, '<html></html>')).toBeUndefined()
})

describe('a good status', () => {
  test.each<[unknown, string]>([
    [{ error: { code: 401, message: 'No auth' } }, 'auth'],
    [{ error: {} }, 'server'],
    [{ code: 4101 }, 'auth'],
    [{ code: 30001, message: 'x', data: null }, 'server'],
    [{ code: 4008, msg: 'x', data: {} }, 'quota'],
    [{ success: false }, 'server'],
    [{ code: 500, msg: 'x', success: false }, 'server'],
    [{ object: 'error', message: 'x', code: 404 }, 'not_found']
  ])('N34: with %j is a failure', (body, kind) => {
    expect(errorFor(200, body)).toMatchObject({ kind })
  })

  test.each<[unknown]>([
    [{ choices: [{ message: { content: 'x' } }], error: null, code: 200 }],
    [{ object: 'list', data: [] }],
    [{ code: 200, success: true }],
    [{ code: 0, msg: 'success', data: {} }],
    [[{ id: 'model' }]],
    ['text'],
    [null]
  ])('with %j is none', body => {
    expect(errorFor(200, body)).toBeUndefined()
  })
})
