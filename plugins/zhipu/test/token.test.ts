import { expect, test } from '@jest/globals'
import type { Dialect } from '@resoftai/sdk'
import { testContext } from '@resoftai/sdk/testing'
import type { Config } from '../src/config.ts'
import plugin from '../src/index.ts'
import { dialectOf } from './dialect.ts'

test('the plain key is sent as it is', async () => {
  expect((await dialectOf()).models?.encode().headers).toEqual({ Authorization: 'Bearer {{secret:api_key}}' })
})

test('the older token is signed by the host, from placeholders, in milliseconds (WIRE.md 7.2)', async () => {
  const asked: Parameters<typeof testContext>[1] = []
  const config = { api_base: 'https://open.bigmodel.cn/api/paas/v4', auth: 'token' }
  const dialect = (await plugin.create(testContext<Config>({ config, secrets: ['api_key'] }, asked))) as Dialect
  expect(dialect.models?.encode().headers).toEqual({ Authorization: 'Bearer {{token:1}}' })
  const [token] = asked
  if (token === undefined || !('jwt' in token)) throw new Error('Nothing was signed.')
  const { claims, ...jwt } = token.jwt
  expect(jwt).toEqual({ algorithm: 'HS256', key: '{{secret:api_key|.|1}}', header: { sign_type: 'SIGN' }, reuseMs: 180_000 })
  expect(claims({ nowMs: 1000, nonce: '' })).toEqual({ api_key: '{{secret:api_key|.|0}}', exp: 211_000, timestamp: 1000 })
})
