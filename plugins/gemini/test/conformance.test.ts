import { join } from 'node:path'
import { test } from '@jest/globals'
import { assertDialect, readConformance } from '@resoftai/sdk/testing'
import plugin from '../src/index.ts'

test('the dialect conforms', async () => {
  const cases = readConformance(join(import.meta.dirname, '../conformance'))
  await assertDialect(plugin, { ...cases, secrets: ['api_key', 'access_token', 'private_key'] })
})
