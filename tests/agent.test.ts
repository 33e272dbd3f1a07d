import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, createHost, defineTool, type AgentEvent, type Host } from 'resoftai'
import { serveSimulator, type SimulatorService } from '@resoftai/plugin-simulator/serve'

const city = {
  type: 'object',
  properties: { city: { type: 'string', minLength: 1 } },
  required: ['city'],
  additionalProperties: false
} as const

describe('an agent on the real host', () => {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-agent-'))
  let service: SimulatorService
  let host: Host

  beforeAll(async () => {
    service = await serveSimulator()
    const http = {
      plugin: 'openai-compatible',
      api_base: `${service.url}/v1`,
      api_key: 'any-key-000',
      max_retries: 0,
      timeout: 2,
      stall_timeout: 0.3
    }
    host = await createHost({ env: {}, cwd: home, home, config: { providers: { http } } })
  })
  afterAll(async () => {
    await host.close()
    await service.close()
    rmSync(home, { recursive: true, force: true })
  })

  const makeAgent = (provider: string, asked: unknown[], model = 'tools') =>
    new Agent({
      host,
      role: 'assistant',
      provider,
      model,
      tools: [
        defineTool<{ city: string }>({ name: 'weather', parameters: city, run: args => (asked.push(args), 'sunny, 20 °C') }),
        defineTool({ name: 'time', run: () => ({ hour: 12 }) })
      ]
    })

  test.each(['simulator', 'http'])('calls its tools side by side and answers with their results (%s)', async provider => {
    const asked: unknown[] = []
    const agent = makeAgent(provider, asked)
    const events: AgentEvent[] = []
    for await (const event of agent.stream('What is the weather, and what time is it?')) events.push(event)
    const done = events.at(-1)
    if (done?.type !== 'done') throw new Error('no done event')
    const { content, usage, steps, stopReason, cost } = done.result
    expect(stopReason).toBe('finished')
    expect(content).toContain('sunny, 20 °C')
    expect(content).toContain('12')
    expect(asked).toHaveLength(1)
    expect(
      events
        .filter(event => event.type === 'tool_result')
        .map(event => event.name)
        .toSorted()
    ).toEqual(['time', 'weather'])
    expect(steps).toHaveLength(2)
    const sum = steps.reduce((total, step) => total + (step.reply.usage.totalTokens ?? 0), 0)
    expect(usage.totalTokens).toBe(sum)
    expect(cost).toBeNull()
  })

  test('is the same in process and over HTTP', async () => {
    const [inside, outside] = await Promise.all(['simulator', 'http'].map(provider => makeAgent(provider, []).process('Weather and time?')))
    expect(outside?.content).toBe(inside?.content)
    expect(outside?.messages).toEqual(inside?.messages)
  })

  test('keeps the conversation, and gives a failed turn back', async () => {
    const agent = makeAgent('http', [], 'echo')
    await agent.process('one')
    expect(agent.messages.map(message => message.role)).toEqual(['user', 'assistant'])
    const failing = new Agent({ host, provider: 'http', model: 'fault:stall', history: agent.messages })
    await expect(failing.process('two')).rejects.toMatchObject({ kind: 'stalled', provider: 'http' })
    expect(failing.messages).toEqual(agent.messages)
  })

  test('stops when it is cancelled in the middle of an answer', async () => {
    const controller = new AbortController()
    const agent = makeAgent('http', [], 'slow')
    let result: unknown
    for await (const event of agent.stream('hello', { signal: controller.signal })) {
      if (event.type === 'text') controller.abort()
      if (event.type === 'done') result = event.result
    }
    expect(result).toMatchObject({ stopReason: 'cancelled' })
  })
})
