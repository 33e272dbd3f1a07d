import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { errorKinds } from '@resoftai/sdk'
import { hostFields, toSettings } from './settings.ts'

interface Schema {
  readonly $defs: { readonly kinds: { readonly items: { readonly enum: readonly string[] } } }
}

const defaults = {
  connect_timeout: 10,
  timeout: 60,
  stall_timeout: 60,
  reasoning_stall_timeout: 300,
  deadline: 600,
  max_retries: 3,
  fallback_to_nonstream: true
}

describe('limits', () => {
  test('the first event has as long as the first byte, unless it is said apart', () => {
    expect(toSettings({ ...defaults, timeout: 7 }, {}).firstEventTimeoutMs).toBe(7_000)
    expect(toSettings({ ...defaults, first_event_timeout: 90 }, {})).toMatchObject({
      timeoutMs: 60_000,
      firstEventTimeoutMs: 90_000
    })
  })

  test.each<[string, string, boolean]>([
    ['glm-4.6', 'GLM-4.6', true],
    ['glm-4.6', 'glm-4.6-air', false],
    ['glm-*', 'glm-4.6', true],
    ['glm-*', 'my-glm-4.6', false],
    ['*gpt-5*', 'openai/gpt-5-mini', true],
    ['*-thinking', 'kimi-k2-thinking', true],
    ['*-thinking', 'kimi-k2-thinking-turbo', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a*a', 'a', false],
    ['ab*bc', 'abc', false],
    ['*', 'anything', true],
    ['o3.*', 'o3xmini', false]
  ])('per_model "%s" is for %s: %p', (pattern, model, expected) => {
    const settings = toSettings({ ...defaults, per_model: { [pattern]: { stall_timeout: 5 } } }, {})
    expect(settings.limitsOf(model).stallTimeoutMs).toBe(expected ? 5_000 : 60_000)
  })

  test('of several patterns that match the last wins, field by field', () => {
    const per_model = { 'glm-*': { timeout: 1, deadline: 2 }, 'glm-4.6': { timeout: 3 } }
    expect(toSettings({ ...defaults, per_model }, {}).limitsOf('glm-4.6')).toMatchObject({ timeoutMs: 3_000, deadlineMs: 2_000 })
  })
})

describe('the kinds that retryable_errors may name', () => {
  test('are all of the contract but a cancellation, here and for the whole host', () => {
    const all = errorKinds.filter(kind => kind !== 'cancelled')
    const { properties } = hostFields['retry'] as { properties: { retryable_errors: { items: { enum: unknown } } } }
    expect(properties.retryable_errors.items.enum).toEqual(all)
    const schema = JSON.parse(readFileSync(new URL('../../../../schemas/host-config.schema.json', import.meta.url), 'utf8')) as Schema
    expect(schema.$defs.kinds.items.enum).toEqual(all)
  })
})

describe('the retry policy', () => {
  test('has the defaults of the documents', () => {
    expect(toSettings(defaults, {}).retry).toEqual({
      maxRetries: 3,
      baseDelayMs: 500,
      backoffFactor: 2,
      maxDelayMs: 8_000,
      retryableErrors: undefined
    })
  })

  test('of the provider wins over that of the host, key by key', () => {
    const host = { max_retries: 1, base_delay: 2, max_delay: 9, retryable_errors: ['server' as const] }
    expect(toSettings({ ...defaults, retry: { base_delay: 0.1, max_retries: 7 } }, host).retry).toEqual({
      maxRetries: 7,
      baseDelayMs: 100,
      backoffFactor: 2,
      maxDelayMs: 9_000,
      retryableErrors: new Set(['server'])
    })
  })
})
