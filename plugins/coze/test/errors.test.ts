import { describe, expect, test } from '@jest/globals'
import { readEvents } from '@resoftai/sdk/testing'
import type { Dialect } from '@resoftai/sdk'
import { codeRules } from '../src/error-rules.ts'
import { dialectWith, errorOf, event } from './asking.ts'

const dialect = await dialectWith()

function errorFor(body: unknown, status = 200, headers: Record<string, string> = {}) {
  return dialect.decodeError?.(status, body, new Headers(headers))
}

/** Every row of WIRE.md 8.7. */
const codes: readonly (readonly [code: number, kind: string, retryable: boolean])[] = [
  [4000, 'bad_request', false],
  [4001, 'not_found', false],
  [4002, 'not_found', false],
  [4003, 'bad_request', false],
  [4004, 'bad_request', false],
  [4005, 'bad_request', false],
  [4006, 'not_found', false],
  [4007, 'bad_request', false],
  [4008, 'quota', false],
  [4009, 'rate_limit', true],
  [4010, 'context_length', false],
  [4011, 'quota', false],
  [4012, 'bad_request', false],
  [4013, 'rate_limit', true],
  [4014, 'content_filter', false],
  [4015, 'not_found', false],
  [4016, 'server', true],
  [4019, 'quota', false],
  [4020, 'rate_limit', true],
  [4021, 'bad_request', false],
  [4022, 'quota', false],
  [4028, 'quota', false],
  [4100, 'auth', false],
  [4101, 'auth', false],
  [4102, 'permission', false],
  [4104, 'bad_request', false],
  [4105, 'content_filter', false],
  [4200, 'not_found', false],
  [4201, 'bad_request', false],
  [4300, 'bad_request', false],
  [4301, 'bad_request', false],
  [4302, 'bad_request', false],
  [4303, 'bad_request', false],
  [4304, 'bad_request', false],
  [4314, 'not_found', false],
  [4315, 'bad_request', false],
  [5000, 'server', true],
  [6003, 'permission', false],
  [700_012_006, 'auth', false]
]

describe('the code of an error', () => {
  test.each(codes)('%i is %s, retryable: %s, wherever it is told', (code, kind, retryable) => {
    const expected = { kind, retryable, vendorCode: String(code), message: 'says Coze' }
    const told = { code, msg: 'says Coze' }
    expect(errorFor(told)).toMatchObject({ ...expected, status: 200 })
    expect(errorFor(told, 400)).toMatchObject({ ...expected, status: 400 })
    const failed = { id: '1', conversation_id: '2', status: 'failed', last_error: told }
    expect(errorOf(() => dialect.decode?.(told))).toMatchObject(expected)
    expect(errorOf(() => dialect.decode?.({ code: 0, data: failed }))).toMatchObject(expected)
    expect(errorOf(() => readEvents(dialect, [event('conversation.chat.failed', failed)]))).toMatchObject(expected)
    expect(errorOf(() => readEvents(dialect, [event('error', told)]))).toMatchObject(expected)
    expect(errorOf(() => readEvents(dialect, [{ data: JSON.stringify(told) }]))).toMatchObject(expected)
    const workflow = { error_code: code, error_message: 'says Coze' }
    expect(errorOf(() => readEvents(dialect, [event('Error', workflow)]))).toMatchObject(expected)
  })

  test('every code of the table is one of these, a status or a word of OAuth', () => {
    const known = new Set(codes.map(([code]) => String(code)))
    const others = [...codeRules.keys()].filter(code => !known.has(code))
    expect(others.filter(code => Number(code) >= 600)).toEqual([])
  })

  test.each<[number, string, string, boolean]>([
    [720_702_011, 'Workflow execution failed', 'server', false],
    [720_702_222, 'node LLM timed out', 'timeout', false],
    [777_777_775, 'agent is not exist', 'not_found', false],
    [103_200_000, 'invalid parameter: id', 'bad_request', false],
    [103_200_001, 'too many requests', 'rate_limit', true],
    [999, 'something else', 'server', true]
  ])('%i with the text %j is %s', (code, msg, kind, retryable) => {
    expect(errorFor({ code, msg })).toMatchObject({ kind, retryable })
  })

  test('an unknown code with a status goes by the status', () => {
    expect(errorFor({ code: 12, msg: 'x' }, 403)).toMatchObject({ kind: 'permission', status: 403 })
    expect(errorFor({ code: 12, msg: 'x' }, 418)).toMatchObject({ kind: 'bad_request' })
    expect(errorFor({ code: 12, msg: 'x' }, 502)).toMatchObject({ kind: 'server' })
  })

  test.each<[string, string]>([
    ['invalid_client', 'auth'],
    ['access_deny', 'auth'],
    ['invalid_request', 'bad_request'],
    ['unsupported_grant_type', 'bad_request'],
    ['internal_error', 'server']
  ])('OAuth says %s: %s', (error_code, kind) => {
    expect(errorFor({ error_code, error_message: 'x' }, 401)).toMatchObject({ kind: error_code === 'internal_error' ? 'auth' : kind })
    expect(errorFor({ error_code, error_message: 'x' }, 500)).toMatchObject({ kind })
  })
})

describe('what an error says', () => {
  test.each([401, 4100, 4101, 700_012_006])('%i asks whether it is the other region', code => {
    expect(errorFor({ code, msg: 'x' })?.hint).toMatch(/api\.coze\.cn.*other region\?/)
  })

  test('the log id is the id of the request, from the body before the header', () => {
    expect(errorFor({ code: 5000, msg: 'x', detail: { logid: 'a' } }, 200, { 'x-tt-logid': 'b' })?.requestId).toBe('a')
    expect(errorFor({ code: 5000, msg: 'x' }, 200, { 'x-tt-logid': 'b' })?.requestId).toBe('b')
  })

  test('another chat of the conversation is a conflict that ends by itself, not a sick service', () => {
    expect(errorFor({ code: 4016, msg: 'x' })).toMatchObject({ code: 'conflict', retryable: true })
  })

  test('control characters are shown as such, and a long text is cut', () => {
    expect(errorFor({ code: 5000, msg: '\u001b[31mred' })?.message).toBe('\ufffd[31mred')
    expect(errorFor({ code: 5000, msg: 'x'.repeat(100_000) })?.message).toHaveLength(8_000)
  })

  test('the code 0 of a chat that failed is none', () => {
    const failed = event('conversation.chat.failed', { status: 'failed', last_error: { code: 0, msg: '' } })
    expect(errorOf(() => readEvents(dialect, [failed]))).toMatchObject({
      kind: 'server',
      vendorCode: undefined,
      message: expect.stringContaining('did not say')
    })
  })

  test('a code without words, and no code at all', () => {
    expect(errorFor({ code: 5000 })?.message).toBe('Coze answered with the error 5000.')
    expect(errorOf(() => readEvents(dialect, [event('error', {})]))).toMatchObject({ kind: 'server', vendorCode: undefined })
  })
})

test.each<[unknown, number]>([
  [{ code: 0, msg: '', data: {} }, 200],
  [{ msg: 'x', execute_id: '1' }, 200],
  [{ code: 0 }, 500],
  ['<html></html>', 502],
  [{ code: 4000 }, 302],
  [null, 200]
])('%j with status %i is left to the host', (body, status) => {
  expect((dialect as Required<Dialect>).decodeError(status, body, new Headers())).toBeUndefined()
})
