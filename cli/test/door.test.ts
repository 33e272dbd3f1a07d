import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { FakeService } from '@resoftai/sdk/testing'
import { Agent, createHost, isHostError, isProviderError, type Host } from 'resoftai'
import { Sandbox } from './cli-process.ts'
import { environmentOf, openaiService, reply } from './openai-service.ts'

const sandbox = new Sandbox()
let service: FakeService
let host: Host

beforeAll(async () => {
  service = await openaiService(reply('Hello back.'))
  host = await createHost({ cwd: sandbox.cwd, env: { ...sandbox.env, ...environmentOf(service) } })
})
afterAll(async () => {
  await host.close()
  await service.close()
  sandbox.remove()
})

describe('the library', () => {
  test('asks a bundled plugin by its name, its alias and in a stream', async () => {
    const provider = await host.provider('openai-compatible-provider')
    const messages = [{ role: 'user', content: 'Hello' }] as const
    const { content, usage } = await provider.chat({ messages })
    expect([content, usage.totalTokens]).toEqual(['Hello back.', 30])
    let text = ''
    for await (const event of provider.stream({ messages })) if (event.type === 'text') text += event.text
    expect(text).toBe('Hello back.')
  })

  test('lets an agent work with the host', async () => {
    const agent = new Agent({ host, role: 'developer', provider: 'openai-compatible' })
    expect(await agent.process('Hello')).toMatchObject({ content: 'Hello back.', stopReason: 'finished' })
  })

  test('fails with errors that can be told apart', async () => {
    const unknown = await host.provider('nowhere').catch((error: unknown) => error)
    const refused = await (await host.model('simulator/fault:auth')).chat({ messages: [] }).catch((error: unknown) => error)
    expect([isHostError(unknown), isProviderError(unknown), isHostError(refused), isProviderError(refused)]).toEqual([
      true,
      false,
      false,
      true
    ])
  })
})
