import { describe, expect, test } from '@jest/globals'
import { Agent, defineTool, type AgentEvent, type AgentTool } from '../src/index.ts'
import { calls, says, scriptedHost, type ScriptedCall } from './scripted-host.ts'

/** Runs one round of calls; the model then says `ok`. */
async function run(
  tools: readonly AgentTool[],
  made: readonly ScriptedCall[],
  options: { readonly [Name in 'maxParallelTools' | 'toolTimeoutMs' | 'maxToolResultChars']?: number } = {}
) {
  const { host, asks } = scriptedHost(calls(...made), says('ok'))
  const events: AgentEvent[] = []
  for await (const event of new Agent({ host, provider: 'p', tools, ...options }).stream('x')) events.push(event)
  const told = asks[1]?.messages.filter(message => message.role === 'tool') ?? []
  return { events, told, asks, contents: told.map(message => message.content) }
}

function tool(name: string, action: AgentTool['run'], parameters?: AgentTool['parameters']): AgentTool {
  return { name, run: action, ...(parameters !== undefined && { parameters }) }
}

describe('valid calls', () => {
  test('are judged by the `check` of a tool that has one, and not by its parameters', async () => {
    const check = (args: unknown) => ((args as { readonly n: number }).n > 1 ? ['n is too large'] : [])
    const own = { ...tool('own', ({ n }) => n, { type: 'object', properties: { n: { type: 'string' } } }), check }
    expect((await run([own], [['c1', 'own', { n: 1 }]])).contents).toEqual(['1'])
    expect((await run([own], [['c1', 'own', { n: 2 }]])).contents).toEqual([expect.stringContaining('- n is too large')])
  })

  test('run side by side, within the limit, and answer in the order of the calls', async () => {
    let running = 0
    let most = 0
    const release: (() => void)[] = []
    const wait = tool('wait', async ({ n }) => {
      most = Math.max(most, ++running)
      // The first two meet; only then does any of them go on, the later one first.
      await new Promise<void>(resolve => {
        release.push(resolve)
        if (release.length % 2 === 0) for (const go of release.splice(0).toReversed()) go()
      })
      running--
      return n
    })
    const { contents, events } = await run(
      [wait],
      [0, 1, 2, 3].map(n => [`id${n}`, 'wait', { n }] as const),
      { maxParallelTools: 2 }
    )
    expect(most).toBe(2)
    expect(contents).toEqual(['0', '1', '2', '3'])
    const ended = events.filter(event => event.type === 'tool_result').map(event => event.id)
    expect(ended.toSorted()).toEqual(['id0', 'id1', 'id2', 'id3'])
  })

  test('are given checked arguments, their id and a signal', async () => {
    const seen: unknown[] = []
    const add = defineTool<{ a: number; b: number }>({
      name: 'add',
      parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
      run({ a, b }, { signal, toolCallId }) {
        seen.push(this.name, toolCallId, signal.aborted)
        return a + b
      }
    })
    const { contents } = await run([add], [['c1', 'add', { a: 1, b: 2 }]])
    expect(contents).toEqual(['3'])
    expect(seen).toEqual(['add', 'c1', false])
  })

  test('with the same id are told apart', async () => {
    const echo = tool('echo', ({ n }) => n)
    const { told, asks } = await run(
      [echo],
      [
        ['x', 'echo', { n: 1 }],
        ['x', 'echo', { n: 2 }],
        ['x_2', 'echo', { n: 3 }],
        ['x', 'echo', { n: 4 }]
      ]
    )
    const ids = told.map(message => message.toolCallId)
    expect(new Set(ids).size).toBe(4)
    expect(told.map(message => message.content)).toEqual(['1', '2', '3', '4'])
    expect(asks[1]?.messages[1]).toMatchObject({ toolCalls: ids.map(id => ({ id })) })
  })

  test('of an older draft of JSON Schema, and of two schemas with one name, are checked', async () => {
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'https://example.com/args', type: 'object', required: ['n'] }
    const { contents } = await run(
      [tool('one', () => 1, schema), tool('two', () => 2, { ...schema })],
      [
        ['a', 'one', { n: 1 }],
        ['b', 'two', {}]
      ]
    )
    expect(contents).toEqual(['1', expect.stringContaining("required property 'n'")])
  })

  test('of a schema that refers to itself are checked to the bottom', async () => {
    const tree = { $id: 'https://example.com/tree', type: 'object', properties: { n: { $ref: '#' } }, additionalProperties: false }
    const { contents } = await run(
      [tool('tree', () => 'ran', tree)],
      [
        ['a', 'tree', { n: { n: {} } }],
        ['b', 'tree', { n: { n: { x: 1 } } }]
      ]
    )
    expect(contents).toEqual(['ran', expect.stringContaining('/n/n must NOT have additional properties: "x"')])
  })

  test('S15 may have a megabyte of arguments', async () => {
    const size = tool('size', ({ text }) => String(text).length, { type: 'object', properties: { text: { type: 'string' } } })
    const { contents } = await run([size], [['a', 'size', { text: 'x'.repeat(2 ** 20) }]])
    expect(contents).toEqual(['1048576'])
  })
})

describe('a call that cannot be run', () => {
  const never = tool(
    'never',
    () => {
      throw new Error('must not run')
    },
    { type: 'object', properties: { n: { type: 'number' }, unit: { enum: ['C', 'F'] } }, required: ['n'], additionalProperties: false }
  )

  test.each([
    ['text that is no JSON', '{"n":', /not valid JSON/],
    ['an array', '[1]', /not an array/],
    ['a text', '"n"', /not a string/],
    ['null', 'null', /not null/],
    ['a number that is too large', '{"n":1e400}', /must be number/],
    ['a lone surrogate where a number belongs', '{"n":"\\ud800"}', /must be number/]
  ])('S15 has %s', async (_name, raw, message) => {
    const { events, contents } = await run([never], [['a', 'never', raw]])
    expect(events).toContainEqual({
      type: 'tool_arguments_invalid',
      id: 'a',
      name: 'never',
      raw,
      problems: [expect.stringMatching(message)]
    })
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', id: 'a', isError: true, durationMs: 0 }))
    expect(contents[0]).toMatch(message)
  })

  test('names everything that is wrong at once', async () => {
    const { events, contents } = await run([never], [['a', 'never', { n: 'x', unit: 'K', more: 1 }]])
    const invalid = events.find(event => event.type === 'tool_arguments_invalid')
    expect(invalid?.problems).toHaveLength(3)
    expect(contents[0]).toContain('/n must be number')
    expect(contents[0]).toContain('["C","F"]')
    expect(contents[0]).toContain('"more"')
  })

  test('S15 without arguments is checked like {}', async () => {
    const { contents } = await run([never], [['a', 'never', '']])
    expect(contents[0]).toContain("required property 'n'")
  })

  test('can be repaired by the model, who is told its own words', async () => {
    const double = tool('double', ({ n }) => Number(n) * 2, never.parameters)
    const { host, asks } = scriptedHost(calls(['a', 'double', '{n:1}']), calls(['b', 'double', { n: 21 }]), says('42'))
    const result = await new Agent({ host, provider: 'p', tools: [double] }).process('x')
    expect(result).toMatchObject({ content: '42', toolCalls: 2, stopReason: 'finished' })
    expect(asks[1]?.messages.at(-1)?.content).toContain('You wrote: {n:1}')
    expect(asks[2]?.messages.at(-1)).toEqual({ role: 'tool', toolCallId: 'b', name: 'double', content: '42' })
  })

  test('goes back to the vendor in a form that none refuses, and stays as it was in the steps', async () => {
    const { host, asks } = scriptedHost(calls(['a', 'never', '{"n":'], ['b', 'no such.tool', '[]'], ['c', '', {}]), says('ok'))
    const result = await new Agent({ host, provider: 'p', tools: [never] }).process('x')
    expect(asks[1]?.messages[1]).toEqual({
      role: 'assistant',
      content: '',
      toolCalls: [
        { id: 'a', name: 'never', arguments: '{}' },
        { id: 'b', name: 'no_such_tool', arguments: '{}' },
        { id: 'c', name: 'unknown', arguments: '{}' }
      ]
    })
    expect(result.steps[0]?.reply.toolCalls[0]?.arguments).toBe('{"n":')
  })

  test.each(['other', 'constructor', '__proto__', 'toString'])('S16 names the unknown tool %s', async name => {
    const { contents, events } = await run([never], [['a', name, {}]])
    expect(contents).toEqual([`There is no tool "${name}". The tools are: never.`])
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', name, isError: true }))
  })

  test('is any call of an agent without tools', async () => {
    const { contents } = await run([], [['a', 'x', {}]])
    expect(contents).toEqual(['There is no tool "x". There are no tools.'])
  })

  test('S15 with a megabyte of broken arguments is told in short, and whole in the event', async () => {
    const raw = `{"n":"${'x'.repeat(2 ** 20)}`
    const { contents, events } = await run([never], [['a', 'never', raw]])
    expect(JSON.stringify(contents).length).toBeLessThan(3000)
    expect(events.find(event => event.type === 'tool_arguments_invalid')?.raw).toBe(raw)
  })

  test('S20 is nested deeper than the stack', async () => {
    const tree = { type: 'object', properties: { n: { $ref: '#' } } }
    const deep = `${'{"n":'.repeat(100_000)}{}${'}'.repeat(100_000)}`
    const { contents } = await run([tool('tree', () => 'ran', tree)], [['a', 'tree', deep]])
    expect(contents[0]).toContain('nested too deeply')
    const free = await run([tool('free', () => 'ran')], [['a', 'free', deep.replace('{}', '{"__proto__":1}')]])
    expect(free.contents).toEqual(['ran'])
  })
})

describe('S19 keys of the prototype', () => {
  test('are left out of the arguments, also when written with escapes, with a warning', async () => {
    let seen: unknown
    const merge = tool('merge', args => {
      seen = args
      return 'ok'
    })
    const raw = String.raw`{"a":1,"__proto__":{"polluted":1},"b":[{"\u005f_proto__":{"polluted":1}}],"constructor":{"prototype":{"polluted":1}}}`
    const { events } = await run([merge], [['a', 'merge', raw]])
    expect(JSON.stringify(seen)).toBe('{"a":1,"b":[{}]}')
    expect(events).toContainEqual({ type: 'warning', message: expect.stringContaining('__proto__') })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('are kept where they are plain data', async () => {
    const { contents } = await run([tool('show', args => args)], [['a', 'show', '{"constructor":"Ada","toString":1}']])
    expect(contents).toEqual(['{"constructor":"Ada","toString":1}'])
  })

  test('do not fulfil what the schema requires', async () => {
    const { contents } = await run([tool('needs', () => 'ran', { type: 'object', required: ['constructor'] })], [['a', 'needs', {}]])
    expect(contents[0]).toContain("required property 'constructor'")
  })
})

describe('a tool that fails', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
      'disk full'
    ],
    ['rejects', () => Promise.reject(new Error('disk full')), 'disk full'],
    [
      'throws a text',
      () => {
        throw 'plain'
      },
      'plain'
    ],
    [
      'throws what is no text',
      () => {
        throw Object.create(null)
      },
      'unknown error'
    ]
  ])('is told to the model when it %s', async (_name, action, message) => {
    const { events, contents } = await run(
      [tool('bad', action), tool('good', () => 'fine')],
      [
        ['a', 'bad', {}],
        ['b', 'good', {}]
      ]
    )
    expect(contents).toEqual([`The tool "bad" failed: ${message}`, 'fine'])
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', id: 'a', isError: true }))
  })

  test('by hanging is left behind when its time is over, and told so', async () => {
    let reason: unknown
    const hang: AgentTool = {
      name: 'hang',
      timeoutMs: 20,
      run: (_args, { signal }) => new Promise(() => signal.addEventListener('abort', () => (reason = signal.reason)))
    }
    const { contents } = await run(
      [hang, tool('also', () => new Promise(() => undefined))],
      [
        ['a', 'hang', {}],
        ['b', 'also', {}]
      ],
      { toolTimeoutMs: 25 }
    )
    expect(contents).toEqual(['The tool "hang" failed: It took longer than 20 ms.', 'The tool "also" failed: It took longer than 25 ms.'])
    expect(reason).toMatchObject({ message: 'It took longer than 20 ms.' })
  })

  test('after its time is over does not fail the process', async () => {
    const late: AgentTool = {
      name: 'late',
      timeoutMs: 5,
      run: (_args, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => setImmediate(reject, new Error('late'))))
    }
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { contents } = await run([late], [['a', 'late', {}]])
    await new Promise(resolve => setTimeout(resolve, 5))
    process.off('unhandledRejection', note)
    expect(contents[0]).toContain('longer than 5 ms')
    expect(unhandled).toEqual([])
  })
})

describe('a result', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic

  test.each([
    ['a text as it is', 'a "text"', 'a "text"', false],
    ['an object as JSON', { a: [1, null] }, '{"a":[1,null]}', false],
    ['undefined as null', undefined, 'null', false],
    ['a function as null', () => 1, 'null', false],
    ['a cycle as a clear text', cyclic, 'cannot be written as JSON', true],
    ['a BigInt as a clear text', 1n, 'cannot be written as JSON', true]
  ])('is told: %s', async (_name, value, text, isError) => {
    const { contents, events } = await run([tool('give', () => value)], [['a', 'give', {}]])
    expect(contents[0]).toContain(text)
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', isError }))
  })

  test('that is too long is cut, and says so', async () => {
    const { contents } = await run([tool('long', () => 'x'.repeat(1000))], [['a', 'long', {}]], { maxToolResultChars: 10 })
    expect(contents).toEqual([`${'x'.repeat(10)}\n[cut: the first 10 of 1000 characters]`])
  })
})
