import { expect, test } from '@jest/globals'
import type { Host } from '../../core/src/client.ts'
import type { AgentHost } from '../src/index.ts'

test('the host of the core fits an agent as it is', () => {
  // The type check is the proof; this fails to compile when the two drift apart.
  const fits = (host: Host): AgentHost => host
  expect(fits).toBeInstanceOf(Function)
})
