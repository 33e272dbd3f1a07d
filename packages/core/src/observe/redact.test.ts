import { describe, expect, it } from '@jest/globals'
import { createRedactor, mask } from './redact.ts'

const key = 'sk-ab/c+d=e"f g7890'

function redactorWith(...secrets: string[]) {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}

describe('scrub', () => {
  it.each([
    ['as it is', key],
    ['in a header', `authorization: Bearer ${key}`],
    ['JSON-escaped', JSON.stringify({ key })],
    ['JSON-escaped twice', JSON.stringify(JSON.stringify({ key }))],
    ['with escaped slashes', JSON.stringify({ key }).replaceAll('/', '\\/')],
    ['URL-encoded', `https://x/?key=${encodeURIComponent(key)}&a=1`],
    ['URL-encoded in small letters', encodeURIComponent(key).replace(/%../g, hex => hex.toLowerCase())],
    ['as a form sends it', new URLSearchParams({ key }).toString()],
    ['in base64', btoa(key)],
    ['in base64 behind one letter', btoa(`u${key}`)],
    ['in base64 behind two letters', btoa(`u:${key}`)],
    ['in base64 in the middle', btoa(`user:${key}:and more`)],
    ['in base64url', Buffer.from(`{"api_key":"${key.replace('"', '')}"}`).toString('base64url')],
    ['many times', `${key}${key} ${key}`]
  ])('finds a secret %s', (_name, text) => {
    const redactor = redactorWith(key, key.replace('"', ''))
    const scrubbed = redactor.scrub(text)
    expect(scrubbed).toContain('[redacted]')
    const decoded = scrubbed.split(/[^\w+/-]+/).map(part => Buffer.from(part, 'base64').toString('latin1'))
    for (const piece of [key.slice(3, 12), key.slice(-8)]) expect(`${scrubbed} ${decoded.join(' ')}`).not.toContain(piece)
  })

  it('leaves what is no secret as it is', () => {
    const text = 'nothing to see, {"a": "sk-"} 100% [redacted] $& $1'
    expect(redactorWith(key).scrub(text)).toBe(text)
    expect(createRedactor().scrub(text)).toBe(text)
  })

  it('takes out the longer one of two secrets that begin alike', () => {
    expect(redactorWith('sk-12345678', 'sk-12345678-and-more').scrub('a sk-12345678-and-more b sk-12345678 c')).toBe(
      'a [redacted] b [redacted] c'
    )
  })

  it('finds both halves of a Zhipu key, also where a token carries the id', () => {
    const [id, secret] = ['0123456789abcdef', 'ZYXWVUTSRQ']
    const token = `${btoa('{"alg":"HS256"}')}.${btoa(JSON.stringify({ api_key: id, exp: 1 }))}.signature`
    const scrubbed = redactorWith(`${id}.${secret}`).scrub(`${id} ${secret} ${token}`)
    expect(scrubbed.startsWith('[redacted] [redacted] ')).toBe(true)
    expect(atob(scrubbed.split('.')[1]?.split('[')[0]?.slice(0, 12) ?? '')).not.toContain(id)
    expect(scrubbed.match(/\[redacted\]/g)).toHaveLength(3)
  })

  it('takes out short secrets only as a whole word, and the shortest and stand-ins not at all', () => {
    const redactor = redactorWith('abc', 'hunter2', 'dummy', 'EMPTY', '')
    expect(redactor.scrub('abc xhunter2 hunter2, hunter2_ "hunter2" dummy empty')).toBe(
      'abc xhunter2 [redacted], hunter2_ "[redacted]" dummy empty'
    )
  })

  it('knows a secret that was added after the first use', () => {
    const redactor = redactorWith('first-secret')
    expect(redactor.scrub('first-secret second-secret')).toBe('[redacted] second-secret')
    redactor.add('second-secret')
    expect(redactor.scrub('first-secret second-secret')).toBe('[redacted] [redacted]')
  })

  it('takes characters of expressions for what they are', () => {
    for (const secret of ['a.c*e(f|g]h', '^$^$^$^$^$', '\\d+\\d+\\d+', 'tail-[a-z]-', '密钥密钥密钥密钥', '\ud800broken-half']) {
      expect(redactorWith(secret).scrub(`<${secret}>`)).toBe('<[redacted]>')
    }
    expect(redactorWith('a.c*e(f|g]h').scrub('abcce(f|g]h')).toBe('abcce(f|g]h')
  })
})

describe('scrubValue', () => {
  const redactor = redactorWith(key)
  const scrubValue = (value: unknown) => redactor.scrubValue(value)

  it('scrubs every text, key and cause of an error', () => {
    const cause = Object.assign(new TypeError(`fetch ${key}`), { code: 'X', request: { headers: { 'x-other': key } } })
    const error = new Error(`failed with ${key}`, { cause })
    const scrubbed = scrubValue({ error, [key]: [key, { nested: `a ${key}` }], url: new URL(`https://h/?k=${encodeURIComponent(key)}`) })
    const text = JSON.stringify(scrubbed)
    expect(text).not.toContain(key.slice(3, 12))
    expect(scrubbed).toMatchObject({
      error: { name: 'Error', message: 'failed with [redacted]', cause: { name: 'TypeError', message: 'fetch [redacted]', code: 'X' } },
      '[redacted]': ['[redacted]', { nested: 'a [redacted]' }]
    })
  })

  it('empties fields that carry keys, whatever is in them, and keeps placeholders', () => {
    const headers = { Authorization: 'Bearer unknown', 'x-api-key': '{{secret:api_key}}', accept: '*/*' }
    expect(scrubValue(headers)).toEqual({ Authorization: '[redacted]', 'x-api-key': '{{secret:api_key}}', accept: '*/*' })
    expect(scrubValue(new Headers({ cookie: 'a=b', accept: 'x' }))).toEqual({ cookie: '[redacted]', accept: 'x' })
    expect(scrubValue(new Map([['password', 'x']]))).toEqual({ password: '[redacted]' })
    expect(scrubValue({ outputTokens: 5, token: 3 })).toEqual({ outputTokens: 5, token: 3 })
  })

  it('makes plain data of anything and never throws', () => {
    const cycle: Record<string, unknown> = {
      big: 1n,
      call: () => 1,
      mark: Symbol('x'),
      bytes: Buffer.from('abc'),
      none: undefined,
      nothing: null
    }
    cycle['self'] = cycle
    Object.defineProperty(cycle, 'bad', {
      enumerable: true,
      get: () => ({
        toJSON: () => {
          throw new Error('no')
        }
      })
    })
    expect(scrubValue(cycle)).toEqual({
      big: '1',
      call: '[function]',
      mark: '[symbol]',
      bytes: '[3 bytes]',
      none: undefined,
      nothing: null,
      self: '[circular]',
      bad: '[unreadable]'
    })
    let deep: unknown = 'end'
    for (let level = 0; level < 100_000; level++) deep = { deep }
    expect(JSON.stringify(scrubValue(deep))).toContain('[too deep]')
    const twice = { a: 1 }
    expect(scrubValue([twice, twice])).toEqual([{ a: 1 }, { a: 1 }])
    expect(Object.getPrototypeOf(scrubValue(JSON.parse('{"__proto__": {"x": 1}}')))).toBe(Object.prototype)
  })
})

describe('mask', () => {
  it.each([
    ['sk-proj-1234567890abcd', 'sk-…abcd'],
    ['0123456789abcdefWXYZ', '…WXYZ'],
    ['short-secret', '…'],
    ['', '…']
  ])('%s is shown as %s', (secret, expected) => {
    expect(mask(secret)).toBe(expected)
  })
})
