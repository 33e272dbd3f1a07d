import { describe, expect, test } from '@jest/globals'
import type { JsonSchema, Message, ToolCall } from '@resoftai/sdk'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { replyOf, type Asked } from './asking.ts'

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)

const question: Message = { role: 'user', content: 'What is it like?' }
const weather = {
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }
}
const now = { name: 'now' }

const ask = (asked: Asked): ReturnType<typeof replyOf> => replyOf({ model: 'tools', messages: [question], ...asked })

/** The conversation after the calls were made and answered. */
function answered(calls: readonly ToolCall[], results: readonly string[]): readonly Message[] {
  return [
    question,
    { role: 'assistant', content: '', toolCalls: calls },
    ...calls.map(({ id }, index): Message => ({ role: 'tool', toolCallId: id, content: results[index] ?? '' }))
  ]
}

describe('the model tools', () => {
  test('calls each tool it is offered once, and says nothing meanwhile', async () => {
    const { content, toolCalls, finishReason } = await ask({ tools: [weather, now] })
    expect(toolCalls).toEqual([
      { id: 'call_1', name: 'weather', arguments: '{"city":"text"}' },
      { id: 'call_2', name: 'now', arguments: '{}' }
    ])
    expect({ content, finishReason }).toEqual({ content: '', finishReason: 'tool_calls' })
  })

  test('quotes the results when it has them, and calls nothing again', async () => {
    const { toolCalls } = await ask({ tools: [weather, now] })
    const last = await ask({ tools: [weather, now], messages: answered(toolCalls, ['sunny', 'noon']) })
    expect(last).toMatchObject({
      content: '[simulator] The tools answered: weather: sunny; now: noon.',
      toolCalls: [],
      finishReason: 'stop'
    })
  })

  test('quotes in Chinese when it was asked in Chinese', async () => {
    const messages = answered([{ id: 'call_1', name: 'now', arguments: '{}' }], ['正午']).with(0, { role: 'user', content: '几点了？' })
    expect((await ask({ tools: [now], messages })).content).toBe('[simulator] 工具返回：now: 正午。')
  })

  test('calls one tool after the other when it must not call two at once', async () => {
    const tools = [weather, now]
    const first = await ask({ tools, parallelToolCalls: false })
    expect(first.toolCalls.map(call => call.name)).toEqual(['weather'])
    const second = await ask({ tools, parallelToolCalls: false, messages: answered(first.toolCalls, ['sunny']) })
    expect(second.toolCalls).toEqual([{ id: 'call_2', name: 'now', arguments: '{}' }])
  })

  test('calls its tools again for a new question, with new ids', async () => {
    const { toolCalls } = await ask({ tools: [now] })
    const messages: Message[] = [...answered(toolCalls, ['noon']), { role: 'assistant', content: 'Noon.' }, question]
    expect((await ask({ tools: [now], messages })).toolCalls).toEqual([{ id: 'call_2', name: 'now', arguments: '{}' }])
  })

  test.each([
    ['none', []],
    ['auto', ['weather', 'now']],
    ['required', ['weather', 'now']],
    [{ name: 'now' }, ['now']]
  ] as const)('the tool choice %j calls %j', async (toolChoice, names) => {
    expect((await ask({ tools: [weather, now], toolChoice })).toolCalls.map(call => call.name)).toEqual(names)
  })

  test('says so when it is offered none', async () => {
    expect((await ask({})).content).toContain('there were none')
  })

  test.each(['canned', 'echo', 'reasoning'])('%s calls no tools', async model => {
    expect((await ask({ model, tools: [weather] })).toolCalls).toEqual([])
  })
})

const text = { type: 'string' }
const schemas: Readonly<Record<string, JsonSchema>> = {
  'no properties': { type: 'object' },
  'no type': { properties: { a: text }, required: ['a'] },
  'every type': {
    type: 'object',
    properties: {
      a: text,
      b: { type: 'integer' },
      c: { type: 'number' },
      d: { type: 'boolean' },
      e: { type: 'null' },
      f: { type: 'array' },
      g: { type: 'object' }
    },
    required: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    additionalProperties: false
  },
  'types to choose from': object({ a: { type: ['string', 'null'] }, b: { type: ['null', 'integer'] } }),
  'the length of texts': object({
    a: { ...text, minLength: 12 },
    b: { ...text, maxLength: 2 },
    c: { ...text, minLength: 3, maxLength: 3 }
  }),
  formats: object({
    a: { ...text, format: 'date' },
    b: { ...text, format: 'date-time' },
    c: { ...text, format: 'email' },
    d: { ...text, format: 'uri' },
    e: { ...text, format: 'uuid' },
    f: { ...text, format: 'ipv4' },
    g: { ...text, format: 'time' },
    h: { ...text, format: 'hostname' }
  }),
  'the least number': object({
    a: { type: 'integer', minimum: 3 },
    b: { type: 'number', minimum: 0.5 },
    c: { type: 'integer', minimum: 1.5 }
  }),
  'the most': object({ a: { type: 'integer', maximum: -3 }, b: { type: 'number', maximum: -0.5 }, c: { type: 'integer', maximum: -1.5 } }),
  'numbers above and below': object({
    a: { type: 'integer', exclusiveMinimum: 4 },
    b: { type: 'number', exclusiveMinimum: 0 },
    c: { type: 'integer', exclusiveMaximum: 0 },
    d: { type: 'number', exclusiveMaximum: -1 },
    e: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    f: { type: 'number', minimum: 0, exclusiveMinimum: 0 },
    g: { type: 'number', exclusiveMinimum: 0.1, exclusiveMaximum: 0.3 }
  }),
  steps: object({
    a: { type: 'integer', multipleOf: 5, minimum: 12 },
    b: { type: 'integer', multipleOf: 5, maximum: -3 },
    c: { type: 'number', multipleOf: 0.5 }
  }),
  choices: object({ a: { enum: ['red', 'green'] }, b: { const: 7 }, c: { ...text, enum: ['x'] }, d: { const: null } }),
  'defaults and examples': object({ a: { ...text, default: 'given' }, b: { type: 'integer', examples: [42] } }),
  lists: object({
    a: { type: 'array', items: text, minItems: 3 },
    b: { type: 'array', items: { type: 'object', properties: { x: text }, required: ['x'] }, minItems: 1 }
  }),
  nested: object({ a: object({ b: object({ c: object({ d: text }) }) }) }),
  'definitions, as pydantic writes them': {
    $defs: { Unit: { enum: ['c', 'f'], type: 'string' }, Place: object({ city: text, unit: { $ref: '#/$defs/Unit' } }) },
    ...object({ place: { $ref: '#/$defs/Place' }, unit: { allOf: [{ $ref: '#/$defs/Unit' }] } })
  },
  'definitions with escaped names': { definitions: { 'a/b~c d': text }, ...object({ x: { $ref: '#/definitions/a~1b~0c%20d' } }) },
  'a schema that may hold itself': {
    $defs: { Node: object({ name: text, next: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/Node' }] } }) },
    ...object({ node: { $ref: '#/$defs/Node' } })
  },
  'any of': object({ a: { anyOf: [{ type: 'integer' }, text] }, b: { anyOf: [{ $ref: '#/properties/a' }] } }),
  'one of': object({ a: { oneOf: [object({ kind: { const: 'circle' } }), object({ kind: { const: 'square' } })] } }),
  'any of, beside properties': {
    type: 'object',
    properties: { a: text, b: text },
    required: ['a'],
    anyOf: [{ required: ['b'] }, { required: ['c'] }]
  },
  'all of': { type: 'object', allOf: [object({ a: text }), object({ b: { type: 'integer', minimum: 2 } })] },
  'all of, by reference': {
    $defs: { Base: { type: 'object', properties: { a: text }, required: ['a'] } },
    allOf: [{ $ref: '#/$defs/Base' }, { type: 'object', properties: { b: text }, required: ['b'] }]
  },
  'a property named __proto__': JSON.parse(
    '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}'
  ) as JsonSchema,
  'a property nobody described': { type: 'object', required: ['anything'] }
}

function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) }
}

describe('arguments of the model tools fit their schema', () => {
  test.each(Object.entries(schemas))('%s', async (_name, parameters) => {
    const { toolCalls } = await ask({ tools: [{ name: 'tool', parameters }] })
    const given: unknown = JSON.parse(toolCalls[0]?.arguments ?? '')
    const validate = ajv.compile(parameters)
    validate(given)
    expect({ given, errors: validate.errors }).toEqual({ given, errors: null })
  })

  test('a schema that must hold itself for ever is followed so far only', async () => {
    const parameters = object({ next: { $ref: '#' } })
    const { toolCalls } = await ask({ tools: [{ name: 'tool', parameters }] })
    expect(JSON.parse(toolCalls[0]?.arguments ?? '')).toHaveProperty('next.next')
  })

  test.each(['#/$defs/missing', 'https://example.com/schema.json', '#/properties/a'])(
    'a reference that leads nowhere is null: %s',
    async $ref => {
      const { toolCalls } = await ask({ tools: [{ name: 'tool', parameters: object({ a: { $ref } }) }] })
      expect(toolCalls[0]?.arguments).toBe('{"a":null}')
    }
  )
})
