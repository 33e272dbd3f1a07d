import { describe, expect, test } from '@jest/globals'
import { inspect } from 'node:util'
import { isProviderError, ProviderError, type ChatEvent } from '@resoftai/sdk'
import { Agent, failedTurn, isAgentError, type AgentEvent, type AgentOptions, type AgentTool } from '../src/index.ts'
import { callEvents, calls, hangs, says, scriptedHost } from './scripted-host.ts'

const weather: AgentTool = {
  name: 'weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  run: ({ city }) => `sunny in ${String(city)}`
}

async function readAll(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const all: AgentEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

const typesOf = (events: readonly AgentEvent[]) => events.map(event => event.type)

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It should have failed.')
    },
    (error: unknown) => error
  )
}

describe('a run', () => {
  test('asks with the system prompt, the conversation and the tools, and gives the answer', async () => {
    const { host, asks, names } = scriptedHost(says('Hello.'))
    const history = [{ role: 'user', content: 'before' } as const, { role: 'assistant', content: 'yes' } as const]
    const agent = new Agent({
      host,
      role: 'developer',
      provider: 'zhipu',
      model: 'glm',
      tools: [weather],
      temperature: 0,
      extra: { top_k: 1 },
      history
    })
    const result = await agent.process('Hi', { temperature: 0.5 })
    expect(names).toEqual(['zhipu'])
    expect(asks).toEqual([
      {
        model: 'glm',
        temperature: 0.5,
        extra: { top_k: 1 },
        messages: [{ role: 'system', content: expect.stringContaining('developer') }, ...history, { role: 'user', content: 'Hi' }],
        tools: [{ name: 'weather', description: weather.description, parameters: weather.parameters }]
      }
    ])
    expect(result).toMatchObject({
      content: 'Hello.',
      reasoning: '',
      stopReason: 'finished',
      toolCalls: 0,
      model: 'named-model',
      cost: null
    })
    expect(result.messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' }
    ])
    expect(agent.messages).toEqual([...history, ...result.messages])
  })

  test('tells every event of two steps in their order, and done once', async () => {
    const { host } = scriptedHost(
      [{ type: 'reasoning', text: 'hm' }, { type: 'text', text: 'Let me see. ' }, ...calls(['a', 'weather', { city: 'Paris' }])],
      [
        { type: 'citation', citation: { url: 'https://example.com' } },
        { type: 'warning', message: 'odd' },
        ...says('Sunny.', { outputTokens: 2 })
      ]
    )
    const events = await readAll(new Agent({ host, provider: 'p', tools: [weather] }).stream('Weather?'))
    expect(events.slice(0, -1)).toEqual([
      { type: 'step', step: 1 },
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Let me see. ' },
      { type: 'tool_call', id: 'a', name: 'weather', arguments: '{"city":"Paris"}' },
      { type: 'tool_result', id: 'a', name: 'weather', content: 'sunny in Paris', isError: false, durationMs: expect.any(Number) },
      { type: 'step', step: 2 },
      { type: 'citation', citation: { url: 'https://example.com' } },
      { type: 'warning', message: 'odd' },
      { type: 'text', text: 'Sunny.' },
      { type: 'usage', usage: { outputTokens: 2 }, total: { outputTokens: 2 } }
    ])
    expect(events.at(-1)).toMatchObject({ type: 'done', result: { content: 'Sunny.', stopReason: 'finished', toolCalls: 1 } })
  })

  test('continues the conversation, until it is reset', async () => {
    const { host, asks } = scriptedHost(calls(['a', 'weather', { city: 'Rome' }]), says('one'), says('two'), says('three'))
    const agent = new Agent({ host, provider: 'p', tools: [weather] })
    await agent.process('first')
    await agent.process('second')
    expect(asks[2]?.messages).toEqual([
      { role: 'user', content: 'first' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'weather', arguments: '{"city":"Rome"}' }] },
      { role: 'tool', toolCallId: 'a', name: 'weather', content: 'sunny in Rome' },
      { role: 'assistant', content: 'one' },
      { role: 'user', content: 'second' }
    ])
    agent.reset()
    await agent.process('third')
    expect(asks[3]?.messages).toEqual([{ role: 'user', content: 'third' }])
  })

  test('sends back what the vendor wants to have back', async () => {
    const { host, asks } = scriptedHost(
      [{ type: 'provider_data', data: { signature: 's' } }, ...calls(['a', 'weather', { city: 'Rome' }])],
      says('ok')
    )
    await new Agent({ host, provider: 'p', tools: [weather] }).process('x')
    expect(asks[1]?.messages[1]).toMatchObject({ role: 'assistant', providerData: { signature: 's' } })
  })

  test('asks by a model reference when no provider is named', async () => {
    const { host, asks, names } = scriptedHost(says('ok'))
    await new Agent({ host, model: 'openrouter/anthropic/claude' }).process('x')
    expect(names).toEqual(['openrouter/anthropic/claude'])
    expect(asks[0]).not.toHaveProperty('model')
  })

  test('forces a tool call in the first step only', async () => {
    const { host, asks } = scriptedHost(calls(['a', 'weather', { city: 'Rome' }]), says('ok'))
    await new Agent({ host, provider: 'p', tools: [weather], toolChoice: 'required' }).process('x')
    expect(asks.map(ask => ask.toolChoice)).toEqual(['required', 'auto'])
  })

  test('adds up usage and says when a part is estimated', async () => {
    const { host } = scriptedHost(
      [{ type: 'usage', usage: { inputTokens: 10, outputTokens: 1 } }, ...calls(['a', 'weather', { city: 'Rome' }])],
      says('ok', { inputTokens: 20, reasoningTokens: 5, estimated: true })
    )
    const { usage } = await new Agent({ host, provider: 'p', tools: [weather] }).process('x')
    expect(usage).toEqual({ inputTokens: 30, outputTokens: 1, reasoningTokens: 5, estimated: true })
  })

  test('S17 runs the calls of a reply that ends with stop, and finishes a reply of tool_calls without calls', async () => {
    const { host } = scriptedHost(
      [...callEvents([['a', 'weather', { city: 'Rome' }]]), { type: 'finish', reason: 'stop' }],
      [{ type: 'finish', reason: 'tool_calls' }]
    )
    const events = await readAll(new Agent({ host, provider: 'p', tools: [weather] }).stream('x'))
    expect(typesOf(events)).toEqual(['step', 'tool_call', 'tool_result', 'step', 'warning', 'done'])
    const done = events.at(-1)
    if (done?.type !== 'done') throw new Error('no done')
    expect(done.result).toMatchObject({ stopReason: 'finished', content: '' })
    // An empty assistant message would be refused by many vendors.
    expect(done.result.messages.map(message => message.role)).toEqual(['user', 'assistant', 'tool'])
  })

  test('passes a restart on and forgets what came before it', async () => {
    const { host } = scriptedHost([
      { type: 'text', text: 'void' },
      ...callEvents([['a', 'weather', { city: 'void' }]]),
      { type: 'restart', reason: 'stalled' },
      ...says('good')
    ])
    const events = await readAll(new Agent({ host, provider: 'p', tools: [weather] }).stream('x'))
    expect(typesOf(events)).toEqual(['step', 'text', 'restart', 'text', 'done'])
    expect(events.at(-1)).toMatchObject({ result: { content: 'good', toolCalls: 0 } })
  })
})

describe('a run ends early', () => {
  test('at the step limit, with the text so far and no call without its result', async () => {
    let runs = 0
    const tool = { name: 'again', run: () => ++runs }
    const { host, asks } = scriptedHost(
      [{ type: 'text', text: 'thinking' }, ...calls(['a', 'again', {}])],
      calls(['b', 'again', {}]),
      says('continued')
    )
    const agent = new Agent({ host, provider: 'p', tools: [tool], maxSteps: 2 })
    const result = await agent.process('x')
    expect(result).toMatchObject({ stopReason: 'max_steps', content: 'thinking', toolCalls: 2 })
    expect(runs).toBe(1)
    expect(result.messages.at(-1)).toEqual({
      role: 'tool',
      toolCallId: 'b',
      name: 'again',
      content: expect.stringContaining('limit of 2 steps'),
      isError: true
    })
    await agent.process('go on')
    expect(asks[2]?.messages).toHaveLength(6)
  })

  test('at the token limit, without running calls that may be cut', async () => {
    let runs = 0
    const tool = { name: 'remove', run: () => ++runs }
    const { host } = scriptedHost([
      { type: 'text', text: 'I will' },
      ...callEvents([
        ['a', 'remove', {}],
        ['b', 'remove', '{"path":"/tm']
      ]),
      { type: 'finish', reason: 'length' }
    ])
    const agent = new Agent({ host, provider: 'p', tools: [tool] })
    const events = await readAll(agent.stream('x'))
    expect(runs).toBe(0)
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool_arguments_invalid', id: 'b', raw: '{"path":"/tm' }))
    expect(events.at(-1)).toMatchObject({ result: { stopReason: 'length', content: 'I will' } })
    expect(agent.messages.filter(message => message.role === 'tool')).toHaveLength(2)
  })

  test('when the vendor filters, and leaves the conversation as it was', async () => {
    const { host } = scriptedHost([
      { type: 'text', text: 'Well' },
      ...callEvents([['a', 'weather', { city: 'x' }]]),
      { type: 'finish', reason: 'content_filter' }
    ])
    const agent = new Agent({ host, provider: 'p', tools: [weather] })
    const result = await agent.process('x')
    expect(result).toMatchObject({ stopReason: 'content_filter', content: 'Well' })
    expect(result.steps[0]?.toolResults[0]).toMatchObject({ isError: true })
    expect(agent.messages).toEqual([])
  })

  test('when its time is over while the vendor hangs', async () => {
    const { host } = scriptedHost(hangs)
    const agent = new Agent({ host, provider: 'p', timeoutMs: 30 })
    const result = await agent.process('x')
    expect(result).toMatchObject({ stopReason: 'timeout', content: 'so far', steps: [] })
    expect(result.messages).toEqual([
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'so far' }
    ])
    expect(agent.messages).toEqual([])
  })

  test('when its time is over while a tool hangs, which is told by its signal', async () => {
    let aborted = false
    const tool: AgentTool = {
      name: 'slow',
      run: (_args, { signal }) => {
        signal.addEventListener('abort', () => (aborted = true))
        return new Promise(() => undefined)
      }
    }
    const { host } = scriptedHost(calls(['a', 'slow', {}]))
    const result = await new Agent({ host, provider: 'p', tools: [tool], timeoutMs: 30 }).process('x')
    expect(result.stopReason).toBe('timeout')
    expect(aborted).toBe(true)
    expect(result.messages.at(-1)).toMatchObject({ role: 'tool', toolCallId: 'a', content: expect.stringContaining('stopped') })
  })

  test('when it was cancelled before it began, without asking anybody', async () => {
    const { host, asks, names } = scriptedHost()
    const result = await new Agent({ host, provider: 'p' }).process('x', { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ stopReason: 'cancelled', content: '', cost: null, usage: {} })
    expect([...asks, ...names]).toEqual([])
  })

  test('when it is cancelled while the provider starts', async () => {
    const controller = new AbortController()
    const host = { provider: () => new Promise<never>(() => undefined), model: () => new Promise<never>(() => undefined) }
    const run = new Agent({ host, provider: 'p' }).process('x', { signal: controller.signal })
    setImmediate(() => controller.abort())
    expect((await run).stopReason).toBe('cancelled')
  })

  test.each(['of the run', 'of the agent'])('when the signal %s aborts while the reply streams, and the provider is told', async whose => {
    const controller = new AbortController()
    const { signal } = controller
    let told = false
    const { host } = scriptedHost(async function* (_ask, providerSignal) {
      providerSignal.addEventListener('abort', () => (told = true))
      yield* hangs()
    })
    const agent = new Agent({ host, provider: 'p', ...(whose === 'of the agent' && { signal }) })
    const events: AgentEvent[] = []
    for await (const event of agent.stream('x', whose === 'of the run' ? { signal } : {})) {
      events.push(event)
      if (event.type === 'text') setImmediate(() => controller.abort())
    }
    expect(typesOf(events)).toEqual(['step', 'text', 'done'])
    expect(events.at(-1)).toMatchObject({ result: { stopReason: 'cancelled', content: 'so far' } })
    expect(told).toBe(true)
  })

  test('when it is cancelled between two events, before another tool is begun', async () => {
    const controller = new AbortController()
    const begun: string[] = []
    const tool: AgentTool = { name: 'note', run: (_args, { toolCallId }) => begun.push(toolCallId) }
    const { host } = scriptedHost(calls(['a', 'note', {}], ['b', 'note', {}]))
    const agent = new Agent({ host, provider: 'p', tools: [tool], maxParallelTools: 1 })
    let last: AgentEvent | undefined
    for await (const event of agent.stream('x', { signal: controller.signal })) {
      if (event.type === 'tool_result') controller.abort()
      last = event
    }
    expect(begun).toEqual(['a'])
    expect(last).toMatchObject({ type: 'done', result: { stopReason: 'cancelled' } })
    if (last?.type !== 'done') throw new Error('no done')
    expect(last.result.steps[0]?.toolResults.map(result => result.isError)).toEqual([false, true])
    expect(agent.messages).toEqual([])
  })
})

describe('leaving the loop', () => {
  test('closes the stream of the provider and frees the agent', async () => {
    const { host, openStreams } = scriptedHost(says('one'), says('two'))
    const agent = new Agent({ host, provider: 'p' })
    for await (const event of agent.stream('x')) if (event.type === 'text') break
    expect(openStreams()).toBe(0)
    expect(agent.messages).toEqual([])
    expect((await agent.process('y')).content).toBe('two')
  })

  test('stops the tools that run', async () => {
    let aborted = false
    const slow: AgentTool = {
      name: 'slow',
      run: (_args, { signal }) => new Promise(() => signal.addEventListener('abort', () => (aborted = true)))
    }
    const fast: AgentTool = { name: 'fast', run: () => 'done' }
    const { host } = scriptedHost(calls(['a', 'slow', {}], ['b', 'fast', {}]))
    for await (const event of new Agent({ host, provider: 'p', tools: [slow, fast] }).stream('x')) if (event.type === 'tool_result') break
    expect(aborted).toBe(true)
  })

  test('works while an event is awaited', async () => {
    const { host } = scriptedHost(hangs)
    const stream = new Agent({ host, provider: 'p' }).stream('x')
    await stream.next()
    await stream.next()
    const pending = stream.next()
    await stream.return()
    expect(await pending).toMatchObject({ value: { type: 'done', result: { stopReason: 'cancelled' } } })
  })
})

describe('a failure', () => {
  const failing: ChatEvent[] = [{ type: 'text', text: 'half' }]
  const broken = async function* () {
    yield* failing
    throw new ProviderError('overloaded', 'busy', { partial: 'half' })
  }

  test('of the provider is thrown as it is, with the turn beside it and the conversation as it was', async () => {
    const { host } = scriptedHost(calls(['a', 'weather', { city: 'Rome' }]), broken, says('ok'))
    const agent = new Agent({ host, provider: 'p', tools: [weather] })
    const error = await failureOf(agent.process('secret question'))
    expect(isProviderError(error) && error.kind).toBe('overloaded')
    const turn = failedTurn(error)
    expect(turn?.messages.map(message => message.role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
    expect(turn).toMatchObject({ toolCalls: 1, cost: null })
    expect(turn?.steps).toHaveLength(1)
    expect(JSON.stringify(error) + inspect(error, { depth: null })).not.toContain('secret question')
    expect(agent.messages).toEqual([])
    expect((await agent.process('again')).content).toBe('ok')
  })

  test('inside the stream comes after its events, without done', async () => {
    const { host } = scriptedHost(broken)
    const events: AgentEvent[] = []
    await failureOf(
      (async () => {
        for await (const event of new Agent({ host, provider: 'p' }).stream('x')) events.push(event)
      })()
    )
    expect(typesOf(events)).toEqual(['step', 'text'])
  })

  test('is a reply that ends without finish, or with the finish error', async () => {
    const { host } = scriptedHost(failing, [...failing, { type: 'finish', reason: 'error', raw: 'network_error' }])
    const agent = new Agent({ host, provider: 'p' })
    expect(await failureOf(agent.process('x'))).toMatchObject({ kind: 'truncated', partial: 'half' })
    expect(await failureOf(agent.process('x'))).toMatchObject({ kind: 'server', partial: 'half', vendorCode: 'network_error' })
  })

  test('of the host to find the provider is thrown, also with a frozen error', async () => {
    const fault = Object.freeze(new Error('no such provider'))
    const find = async () => {
      throw fault
    }
    expect(await failureOf(new Agent({ host: { provider: find, model: find }, provider: 'p' }).process('x'))).toBe(fault)
  })
})

describe('wrong use is refused', () => {
  const { host } = scriptedHost()
  const wrong: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['no host', { provider: 'p' }, /needs a `host`/],
    ['neither provider nor model', { host }, /`provider`, a `model` or both/],
    ['an unknown option', { host, provider: 'p', maxStep: 3 }, /Unknown option: maxStep/],
    ['an unknown role without its prompt', { host, provider: 'p', role: 'constructor' }, /role "constructor" is not known/],
    ['two tools of one name', { host, provider: 'p', tools: [weather, weather] }, /Two tools/],
    ['a tool that cannot run', { host, provider: 'p', tools: [{ name: 'x' }] }, /`run` function/],
    ['a limit of zero', { host, provider: 'p', maxSteps: 0 }, /maxSteps/],
    ['a limit that is no number', { host, provider: 'p', timeoutMs: '10' }, /timeoutMs/],
    ['a tool with a wrong limit', { host, provider: 'p', tools: [{ ...weather, timeoutMs: -1 }] }, /timeoutMs of the tool weather/],
    ['tools that are no list', { host, provider: 'p', tools: {} }, /`tools`/],
    ['a history that is no list', { host, provider: 'p', history: 'x' }, /`history`/]
  ]

  test.each(wrong)('%s', (_name, options, message) => {
    let error: unknown
    try {
      void new Agent(options as unknown as AgentOptions)
    } catch (caught) {
      error = caught
    }
    expect(isAgentError(error) && error.kind).toBe('usage')
    expect((error as Error).message).toMatch(message)
  })

  test('any role goes with its own prompt, and a prompt wins over a known role', async () => {
    const scripted = scriptedHost(says('a'), says('b'))
    await new Agent({ host: scripted.host, provider: 'p', role: 'pirate', system: 'Arr.' }).process('x')
    await new Agent({ host: scripted.host, provider: 'p', role: 'developer', system: 'Short.' }).process('x')
    expect(scripted.asks.map(ask => ask.messages[0]?.content)).toEqual(['Arr.', 'Short.'])
  })

  test('an empty input, and an option of the agent given to a run', async () => {
    const agent = new Agent({ host, provider: 'p' })
    expect(await failureOf(agent.process(''))).toMatchObject({ kind: 'usage' })
    expect(await failureOf(agent.process('x', { system: 'y' } as object))).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('system')
    })
  })

  test('a tool whose parameters are no schema, before anything is sent', async () => {
    const scripted = scriptedHost(says('never'))
    const wrongSchemas: readonly unknown[] = [
      { type: 'strng' },
      { $ref: 'https://example.com/other.json' },
      { $async: true, type: 'object' },
      null,
      'object'
    ]
    for (const parameters of wrongSchemas) {
      const agent = new Agent({
        host: scripted.host,
        provider: 'p',
        tools: [{ ...weather, parameters: parameters as Record<string, unknown> }]
      })
      expect(await failureOf(agent.process('x'))).toMatchObject({ kind: 'usage', message: expect.stringContaining('"weather"') })
    }
    expect(scripted.asks).toEqual([])
  })

  test('a second run and a reset while one is running', async () => {
    const scripted = scriptedHost(hangs)
    const agent = new Agent({ host: scripted.host, provider: 'p' })
    const stream = agent.stream('x')
    await stream.next()
    expect(await failureOf(agent.process('y'))).toMatchObject({ kind: 'busy' })
    expect(() => agent.reset()).toThrow('in a run')
    await stream.return()
    agent.reset()
  })
})
