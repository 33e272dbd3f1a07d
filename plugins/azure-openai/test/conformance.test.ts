import { test } from '@jest/globals'
import { assertDialect, readConformance } from '@resoftai/sdk/testing'
import plugin from '../src/index.ts'

test('the dialect conforms', async () => {
  await assertDialect(plugin, readConformance(new URL('../conformance', import.meta.url).pathname))
})
