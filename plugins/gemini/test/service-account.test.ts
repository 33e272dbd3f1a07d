import { expect, test } from '@jest/globals'
import { selfSignedToken } from '../src/service-account.ts'

test('a service account signs for an hour, and a token is used again for less', () => {
  const { algorithm, key, header, claims, reuseMs = 0 } = selfSignedToken('bot@p.example', '{{secret:private_key}}', 'k1')
  expect([algorithm, key, header]).toEqual(['RS256', '{{secret:private_key}}', { kid: 'k1' }])
  const { iss, sub, scope, iat, exp } = claims({ nowMs: 1_700_000_000_999, nonce: '' })
  expect([iss, sub, iat, exp]).toEqual(['bot@p.example', 'bot@p.example', 1_700_000_000, 1_700_003_600])
  expect(scope).toBe('https://www.googleapis.com/auth/cloud-platform')
  expect(reuseMs).toBeLessThan(3_600_000)
})
