import { describe, expect, test } from '@jest/globals'
import { faults } from '../src/fault.ts'
import { chat, createSimulator, eventsOf, failureOf, replyOf, textsOf } from './asking.ts'

describe('the models of the simulator', () => {
  test('the list has every model and every fault, the default model first', async () => {
    const provider = await createSimulator()
    const listed = await provider.models?.()
    const faulty = Object.keys(faults).map(name => `fault:${name}`)
    expect(listed?.map(({ id }) => id)).toEqual(['canned', 'echo', 'reasoning', 'tools', 'slow', ...faulty])
  })

  test('canned says that it is the simulator, and quotes the question', async () => {
    const { content, finishReason, model } = await replyOf('Why is the sky blue?')
    expect(content).toContain('This is the ResoftAI simulator, not a real model')
    expect(content).toContain('"Why is the sky blue?"')
    expect({ finishReason, model }).toEqual({ finishReason: 'stop', model: 'canned' })
  })

  test('canned answers a Chinese question in Chinese', async () => {
    const { content } = await replyOf('天空为什么是蓝色的？')
    expect(content).toContain('这里是 ResoftAI 模拟器')
    expect(content).toContain('天空为什么是蓝色的？')
    expect(content).not.toContain('This is')
  })

  test('canned is asked when no model is named', async () => {
    expect(await replyOf({ model: '' })).toMatchObject({ model: 'canned', content: (await replyOf('Hello')).content })
  })

  test('canned quotes the beginning of a long question only', async () => {
    const { content } = await replyOf('🦊'.repeat(500))
    expect(content).toContain(`"${'🦊'.repeat(80)}…"`)
  })

  test('canned answers as JSON when it must', async () => {
    const { content } = await replyOf({ responseFormat: { type: 'json' } })
    expect(JSON.parse(content)).toEqual({ answer: (await replyOf('Hello')).content })
  })

  test('canned fits the schema of a structured reply', async () => {
    const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 18 } }, required: ['age'] }
    const { content } = await replyOf({ responseFormat: { type: 'json_schema', name: 'person', schema } })
    expect(JSON.parse(content)).toEqual({ age: 18 })
  })

  test('echo says the last user message again, its texts only', async () => {
    const { content } = await replyOf({
      model: 'echo',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'yes?' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'second, ' },
            { type: 'image', url: 'https://example.com/a.png' },
            { type: 'text', text: '第二 🦊' }
          ]
        }
      ]
    })
    expect(content).toBe('[simulator] second, 第二 🦊')
  })

  test.each([
    ['Why?', 'The question is "Why?".'],
    ['为什么？', '问题是：“为什么？”']
  ])('reasoning thinks before it answers %s', async (question, thought) => {
    const events = await eventsOf({ model: 'reasoning', messages: [{ role: 'user', content: question }] })
    const types = events.map(({ type }) => type)
    expect(types.lastIndexOf('reasoning')).toBeLessThan(types.indexOf('text'))
    const { reasoning, content, usage } = await replyOf({ model: 'reasoning', messages: [{ role: 'user', content: question }] })
    expect(reasoning).toContain(thought)
    expect(content).toContain(question)
    expect(usage.reasoningTokens).toBeGreaterThan(0)
  })

  test('slow says the same as canned, with pauses', async () => {
    const started = performance.now()
    expect((await replyOf({ model: 'slow', simulator: { text: 'abc', chunkSize: 1 } })).content).toBe('abc')
    // Timers may fire a millisecond early.
    expect(performance.now() - started).toBeGreaterThan(290)
  })

  test.each(['gpt-4o', 'fault:', 'fault:nothing', 'fault:constructor', 'constructor', 'Canned'])(
    'the unknown model %s is refused with a list of the known ones',
    async model => {
      const { seen, error } = await failureOf(chat({ model }))
      expect(seen).toEqual([])
      expect(error).toMatchObject({ kind: 'not_found', message: `The simulator has no model "${model}".` })
      expect(error?.hint).toContain('canned, echo, reasoning, tools, slow')
      expect(error?.hint).toContain('rate_limit')
    }
  )

  test.each(['canned', 'echo', 'reasoning', 'tools'])('%s answers equal requests with equal events', async model => {
    const asked = { model, tools: [{ name: 'now' }], messages: [{ role: 'user' as const, content: '你好 🦊' }] }
    const first = await eventsOf(asked)
    expect(await eventsOf(asked)).toEqual(first)
    expect(first.map(({ type }) => type)).toEqual(expect.arrayContaining(['start', 'usage', 'finish']))
    expect(first.filter(({ type }) => type === 'finish')).toHaveLength(1)
    expect(first.at(-1)?.type).toBe('finish')
  })

  test('other messages get another id', async () => {
    const [one, two] = [await replyOf('one'), await replyOf('two')]
    expect(one.id).toMatch(/^sim-[\da-f]{8}$/)
    expect(two.id).not.toBe(one.id)
  })

  test('pieces never cut a character in half', async () => {
    const events = await eventsOf({ simulator: { text: '👩‍🚀🦊中文', chunkSize: 1 } })
    expect(textsOf(events)).toEqual(Array.from('👩‍🚀🦊中文'))
  })
})
