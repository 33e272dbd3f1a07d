import { describe, expect, test } from '@jest/globals'
import { type Asked, dialectWith, errorOf } from './asking.ts'

const app = { app_id: '310000000002', public_key_id: 'fingerprint', private_key: '{{secret:private_key}}' }

async function createWith(config: object) {
  const asked: Asked = { jwts: [], exchanges: [] }
  const dialect = await dialectWith(config, asked)
  return { ...asked, dialect }
}

describe('OAuth by JWT', () => {
  test('signs what WIRE.md 8.1 wants', async () => {
    const { jwts } = await createWith({ ...app, api_base: 'https://api.coze.cn/' })
    expect(jwts).toHaveLength(1)
    expect(jwts[0]).toMatchObject({ algorithm: 'RS256', key: '{{secret:private_key}}', header: { kid: 'fingerprint' } })
    // Each exchange needs its own: a JWT works once.
    expect(jwts[0]?.reuseMs).toBeUndefined()
    expect(jwts[0]?.claims({ nowMs: 1_700_000_000_999, nonce: 'f'.repeat(64) })).toEqual({
      iss: '310000000002',
      aud: 'api.coze.cn',
      iat: 1_700_000_000,
      exp: 1_700_000_600,
      jti: 'f'.repeat(64)
    })
  })

  test('exchanges it for a token, whose end is a moment', async () => {
    const { exchanges, dialect } = await createWith({ ...app, api_base: 'https://api.coze.cn/', token_duration: 3600 })
    expect(exchanges).toHaveLength(1)
    expect(exchanges[0]?.expiresIn).toBe('moment')
    expect(exchanges[0]?.request()).toEqual({
      url: 'https://api.coze.cn/api/permission/oauth2/token',
      headers: { Authorization: 'Bearer {{token:jwt-1}}' },
      body: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', duration_seconds: 3600 }
    })
    const { headers } = dialect.encode({ model: 'bot', messages: [{ role: 'user', content: 'Hi' }] }, 'stream')
    expect(headers).toEqual({ Authorization: 'Bearer {{token:exchange-1}}' })
    expect(dialect.health?.encode().headers).toEqual(headers)
  })

  test('is left alone where there is a token', async () => {
    const { jwts, exchanges, dialect } = await createWith({ ...app, api_key: '{{secret:api_key}}' })
    expect([jwts, exchanges]).toEqual([[], []])
    expect(dialect.health?.encode().headers).toEqual({ Authorization: 'Bearer {{secret:api_key}}' })
  })

  test('without its key is an error that says what to set', async () => {
    const failed = await createWith({ app_id: '1' }).catch((error: unknown) => error)
    expect(
      errorOf(() => {
        throw failed
      })
    ).toMatchObject({ kind: 'auth', hint: expect.stringContaining('private_key') })
  })
})
