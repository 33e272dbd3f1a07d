import { describe, expect, test } from '@jest/globals'
import { inspect } from 'node:util'
import * as otherCopy from '@resoftai/sdk'
import { isProviderError, ProviderError, retryableKinds, type ProviderErrorDetails, type ProviderErrorKind } from '../src/error.ts'

/** Each kind, and whether the same request may succeed later. A new kind does not compile until it is judged here. */
const worthASecondTry: Readonly<Record<ProviderErrorKind, boolean>> = {
  auth: false,
  permission: false,
  not_found: false,
  bad_request: false,
  context_length: false,
  content_filter: false,
  rate_limit: true,
  quota: false,
  overloaded: true,
  server: true,
  network: true,
  timeout: true,
  stalled: true,
  truncated: true,
  protocol: true,
  cancelled: false
}

const everything: Required<ProviderErrorDetails> = {
  code: 'first_byte',
  status: 503,
  vendorCode: 'busy',
  retryable: false,
  retryAfterMs: 1500,
  hint: 'Wait.',
  provider: 'p',
  model: 'm',
  requestId: 'r-1',
  partial: 'half',
  usage: { inputTokens: 1 },
  attempts: [{ provider: 'p', model: 'm', phase: 'body', kind: 'server', durationMs: 5 }],
  cause: new Error('Authorization: Bearer sk-secret')
}

describe('ProviderError', () => {
  test.each(Object.entries(worthASecondTry) as [ProviderErrorKind, boolean][])('%s is retryable: %s', (kind, retryable) => {
    expect(new ProviderError(kind, 'x').retryable).toBe(retryable)
    expect(retryableKinds.has(kind)).toBe(retryable)
  })

  test('a dialect that knows better decides itself whether it is retryable', () => {
    expect(new ProviderError('auth', 'x', { retryable: true }).retryable).toBe(true)
    expect(new ProviderError('server', 'x', { retryable: false }).retryable).toBe(false)
  })

  test('is an Error with a message, a stack and its details', () => {
    const error = new ProviderError('overloaded', 'Too busy.', everything)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'ProviderError', kind: 'overloaded', message: 'Too busy.', ...everything })
    expect(error.stack).toContain('error.test.ts')
    expect(String(error)).toBe('ProviderError: Too busy.')
  })

  test('without details it has no attempts, and no cause at all', () => {
    const error = new ProviderError('server', 'x')
    expect(error.attempts).toEqual([])
    expect('cause' in error).toBe(false)
    expect(error.status).toBeUndefined()
  })
})

describe('with', () => {
  const error = new ProviderError('overloaded', 'Too busy.', everything)

  test('keeps what is known and adds what is new', () => {
    const more = error.with({ provider: 'q', hint: 'Try another.' })
    expect(more).not.toBe(error)
    expect(more).toMatchObject({ kind: 'overloaded', message: 'Too busy.', ...everything, provider: 'q', hint: 'Try another.' })
    expect(error).toMatchObject({ provider: 'p', hint: 'Wait.' })
  })

  test('what is undefined overwrites nothing', () => {
    const same = error.with({ status: undefined, cause: undefined, message: undefined, retryable: undefined })
    expect(same.toJSON()).toEqual(error.toJSON())
    expect(same.cause).toBe(everything.cause)
  })

  test('keeps a decision about retrying that is not the one of its kind', () => {
    expect(new ProviderError('auth', 'x', { retryable: true }).with({ status: 401 }).retryable).toBe(true)
  })

  test('still points to where the error was made', () => {
    expect(error.with({ provider: 'q' }).stack).toBe(error.stack)
  })

  test('a new message is the message everywhere, the stack included', () => {
    const renamed = error.with({ message: 'Far too busy.' })
    expect(renamed.message).toBe('Far too busy.')
    expect(renamed.toJSON()['message']).toBe('Far too busy.')
    expect(renamed.stack).toContain('Far too busy.')
  })
})

describe('toJSON', () => {
  test('has every detail but the cause, which is whatever somebody threw', () => {
    const error = new ProviderError('overloaded', 'Too busy.', everything)
    const { cause, ...details } = everything
    expect(JSON.parse(JSON.stringify(error))).toEqual({ kind: 'overloaded', message: 'Too busy.', ...details })
    expect(cause).toBeInstanceOf(Error)
    expect(JSON.stringify(error)).not.toContain('sk-secret')
  })

  test('has no stack and nothing for what is not known', () => {
    const plain: unknown = JSON.parse(JSON.stringify(new ProviderError('network', 'Gone.')))
    expect(plain).toEqual({ kind: 'network', message: 'Gone.', retryable: true, attempts: [] })
  })
})

describe('isProviderError', () => {
  test('knows an error of another copy of this package', () => {
    expect(otherCopy.ProviderError).not.toBe(ProviderError)
    expect(isProviderError(new otherCopy.ProviderError('server', 'x'))).toBe(true)
    expect(otherCopy.isProviderError(new ProviderError('server', 'x'))).toBe(true)
    expect(isProviderError(new ProviderError('server', 'x').with({ status: 500 }))).toBe(true)
  })

  test.each([
    ['an Error', new Error('x')],
    ['one that looks the same', { name: 'ProviderError', kind: 'server', message: 'x', retryable: true }],
    ['what was written down and read again', JSON.parse(JSON.stringify(new ProviderError('server', 'x'))) as unknown],
    ['a text', 'server'],
    ['null', null],
    ['undefined', undefined]
  ])('%s is none', (_, value) => {
    expect(isProviderError(value)).toBe(false)
  })

  test('the mark is not shown', () => {
    expect(inspect(new ProviderError('server', 'x'))).not.toContain('Symbol(')
  })
})
