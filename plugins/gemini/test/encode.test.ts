import { describe, expect, test } from '@jest/globals'
import type { ChatRequest } from '@resoftai/sdk'
import { dialect, dialectWith, encode, errorOf } from './reading.ts'

const vertex = await dialectWith({ project: 'p', location: 'europe-west4' }, ['access_token'])
const tool = { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }
const schema = { type: 'object', properties: { answer: { type: 'string' } } }

describe('where requests go', () => {
  test.each([
    ['gemini-3.5-flash', 'models/gemini-3.5-flash'],
    ['models/gemini-3.5-flash', 'models/gemini-3.5-flash'],
    ['tunedModels/my-model', 'tunedModels/my-model'],
    ['a model?key=1#x', 'models/a%20model%3Fkey%3D1%23x'],
    ['\ud800', 'models/%EF%BF%BD']
  ])('the model %j is the path %s', (model, path) => {
    expect(encode({ model }).url).toBe(`https://generativelanguage.googleapis.com/v1beta/${path}:generateContent`)
  })

  test.each(['', '../files', 'models/../../x', 'models/', '/x', '..'])('%j is no model', model => {
    expect(errorOf(() => encode({ model }))).toMatchObject({ kind: 'bad_request' })
  })

  test('a project sends them to Vertex AI, where models have a publisher', () => {
    const base = 'https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4'
    expect(encode({ model: 'models/gemini-2.5-pro' }, vertex).url).toBe(`${base}/publishers/google/models/gemini-2.5-pro:generateContent`)
    expect(encode({ model: 'endpoints/123' }, vertex).url).toBe(`${base}/endpoints/123:generateContent`)
    expect(vertex.models).toBeUndefined()
  })

  test('an address of your own is taken for both services', async () => {
    const own = await dialectWith({ api_base: 'https://relay.example/v1beta/' })
    expect(encode({}, own).url).toBe('https://relay.example/v1beta/models/gemini-3.5-flash:generateContent')
    const ownVertex = await dialectWith({ api_base: 'https://relay.example/v1', project: 'p/q' })
    expect(encode({ model: 'm' }, ownVertex).url).toBe(
      'https://relay.example/v1/projects/p%2Fq/locations/global/publishers/google/models/m:generateContent'
    )
  })

  test('the key goes into a header, and at Vertex AI a token comes first', async () => {
    const both = ['api_key', 'access_token']
    expect(encode({}, await dialectWith({}, both)).headers).toEqual({ 'x-goog-api-key': '{{secret:api_key}}' })
    expect(encode({}, await dialectWith({ project: 'p' }, both)).headers).toEqual({ Authorization: 'Bearer {{secret:access_token}}' })
    expect(encode({}, await dialectWith({ project: 'p' }, ['api_key'])).headers).toEqual({ 'x-goog-api-key': '{{secret:api_key}}' })
    expect(encode({}, await dialectWith({ api_base: 'http://localhost:1' }, [])).headers).toEqual({})
  })
})

describe('thinking', () => {
  const thinking = (model: string, reasoningEffort: string) => {
    const { body, warnings } = encode({ model, reasoningEffort })
    return [(body['generationConfig'] as { thinkingConfig?: unknown } | undefined)?.thinkingConfig, warnings?.length]
  }

  test.each([
    ['gemini-3.5-flash', 'minimal', { thinkingLevel: 'MINIMAL', includeThoughts: true }, 0],
    ['gemini-3.5-flash', 'high', { thinkingLevel: 'HIGH', includeThoughts: true }, 0],
    ['gemini-3.5-flash', 'none', { thinkingLevel: 'MINIMAL' }, 1],
    ['gemini-3.1-pro-preview', 'minimal', { thinkingLevel: 'LOW', includeThoughts: true }, 1],
    ['gemini-3.7-flash', 'minimal', { thinkingLevel: 'LOW', includeThoughts: true }, 1],
    ['gemini-flash-latest', 'xhigh', { thinkingLevel: 'HIGH', includeThoughts: true }, 1],
    ['gemini-3.5-flash', 'extreme', { thinkingLevel: 'EXTREME', includeThoughts: true }, 0],
    ['gemini-2.5-flash', 'medium', { thinkingBudget: 8192, includeThoughts: true }, 0],
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }, 0],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }, 1],
    ['gemini-2.5-flash', 'max', { thinkingBudget: 24_576, includeThoughts: true }, 1],
    ['gemini-2.5-flash', 'extreme', undefined, 1],
    ['gemini-2.0-flash', 'low', undefined, 1],
    ['gemma-3-27b-it', 'none', undefined, 0]
  ])('%s with the effort %s', (model, effort, config, warnings) => {
    expect(thinking(model, effort)).toEqual([config, warnings])
  })
})

describe('what cannot be said is warned of', () => {
  test.each<[string, Partial<ChatRequest>, RegExp]>([
    ['a user', { user: 'u' }, /`user`/],
    ['a name of a user', { messages: [{ role: 'user', content: 'Hi', name: 'ada' }] }, /`name`/],
    ['one tool call at a time', { tools: [tool], parallelToolCalls: false }, /parallel_tool_calls/],
    ['a forced tool without tools', { toolChoice: 'required' }, /tool_choice/],
    ['penalties of 2.5', { model: 'gemini-2.5-flash', presencePenalty: 1 }, /penalties/],
    [
      'a detail of an image',
      { messages: [{ role: 'user', content: [{ type: 'image', url: 'data:image/png;base64,AA==', detail: 'low' }] }] },
      /detail/
    ],
    [
      'a name of a file',
      { messages: [{ role: 'user', content: [{ type: 'file', url: 'https://a.example/a.pdf', filename: 'a.pdf' }] }] },
      /filename/
    ],
    [
      'a file of an unknown kind',
      { messages: [{ role: 'user', content: [{ type: 'image', url: 'https://a.example/cat' }] }] },
      /extension/
    ],
    [
      'a late system message',
      {
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'system', content: 'Be brief.' }
        ]
      },
      /System messages/
    ]
  ])('%s', (_, request, warning) => {
    expect(encode(request).warnings).toEqual([expect.stringMatching(warning)])
  })

  test('and a plain request with all that can be said has no warning', () => {
    const request = { temperature: 1, topP: 1, maxTokens: 9, stop: ['a'], seed: 1, presencePenalty: 1, frequencyPenalty: 1 }
    expect(encode({ ...request, tools: [tool], toolChoice: 'required', parallelToolCalls: true, reasoningEffort: 'low' }).warnings).toEqual(
      []
    )
    expect(encode({ model: 'gemini-2.5-flash', presencePenalty: 1 }, vertex).warnings).toEqual([])
  })
})

describe('tools', () => {
  const config = (request: Partial<ChatRequest>) =>
    (encode({ tools: [tool], ...request }).body['toolConfig'] as { functionCallingConfig?: unknown } | undefined)?.functionCallingConfig

  test('the choice among them', () => {
    expect(config({})).toBeUndefined()
    expect(config({ toolChoice: 'auto' })).toEqual({ mode: 'AUTO' })
    expect(config({ toolChoice: 'none' })).toEqual({ mode: 'NONE' })
    expect(config({ toolChoice: 'required' })).toEqual({ mode: 'ANY' })
    expect(config({ tools: [{ ...tool, strict: true }] })).toEqual({ mode: 'VALIDATED' })
  })

  test('a name that Gemini does not take is spelled, everywhere and with a warning', () => {
    const { body, warnings } = encode({
      tools: [{ name: '查询' }, { name: '2fa' }, { name: 'a:b' }],
      toolChoice: { name: '2fa' },
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '', toolCalls: [{ id: 'c', name: '查询', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'c', content: 'x' }
      ]
    })
    expect(warnings).toHaveLength(3)
    const names = [...JSON.stringify(body).matchAll(/"name":"(.*?)"/g)].map(([, name]) => name ?? '')
    expect(names).toHaveLength(5)
    for (const name of names) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/)
    expect(body['toolConfig']).toEqual({ functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['_::2fa'] } })
  })
})

describe('the form of the answer', () => {
  const parts = (request: Partial<ChatRequest>) => {
    const { body, warnings } = encode({ responseFormat: { type: 'json_schema', name: 'a', schema, description: 'd' }, ...request })
    return {
      config: body['generationConfig'],
      tools: JSON.stringify(body['tools'] ?? '').match(/"name":"\w+"/g)?.length,
      warnings: warnings?.length
    }
  }
  const native = { responseMimeType: 'application/json', responseJsonSchema: { description: 'd', ...schema } }

  test.each<[string, Partial<ChatRequest>, ReturnType<typeof parts>]>([
    ['a schema', {}, { config: native, tools: undefined, warnings: 0 }],
    ['JSON', { responseFormat: { type: 'json' } }, { config: { responseMimeType: 'application/json' }, tools: undefined, warnings: 0 }],
    ['text', { responseFormat: { type: 'text' } }, { config: undefined, tools: undefined, warnings: 0 }],
    ['a schema beside tools', { tools: [tool] }, { config: native, tools: 1, warnings: 0 }],
    ['a schema beside tools before Gemini 3', { model: 'gemini-2.5-pro', tools: [tool] }, { config: undefined, tools: 2, warnings: 0 }],
    ['a schema beside a forced tool', { tools: [tool], toolChoice: 'required' }, { config: undefined, tools: 1, warnings: 0 }],
    ['a schema beside tools that are forbidden', { tools: [tool], toolChoice: 'none' }, { config: native, tools: undefined, warnings: 0 }],
    [
      'a list beside tools before Gemini 3',
      { model: 'gemini-2.5-pro', tools: [tool], responseFormat: { type: 'json_schema', name: 'a', schema: { type: 'array' } } },
      { config: undefined, tools: 1, warnings: 1 }
    ]
  ])('%s', (_, request, expected) => {
    expect(parts(request)).toEqual(expected)
  })

  test('`const` is said as `enum`, but a property of that name stays', () => {
    const kinds = {
      anyOf: [{ properties: { kind: { const: 'cat' }, const: { type: 'null', const: null } } }],
      $defs: { dog: { const: 1 } },
      enum: [{ const: 2 }]
    }
    const { body } = encode({ responseFormat: { type: 'json_schema', name: 'a', schema: kinds } })
    expect(body['generationConfig']).toMatchObject({
      responseJsonSchema: {
        anyOf: [{ properties: { kind: { enum: ['cat'] }, const: { type: 'null', enum: [null] } } }],
        $defs: { dog: { enum: [1] } },
        enum: [{ const: 2 }]
      }
    })
  })

  test('what nothing can hold the model to it is told', () => {
    const { body } = encode({ model: 'gemini-2.5-pro', tools: [tool], responseFormat: { type: 'json' } })
    expect(body['systemInstruction']).toEqual({ parts: [{ text: expect.stringContaining('JSON') }] })
  })
})

describe('extra', () => {
  test('arrives unchanged, and wins field by field', () => {
    const extra = {
      generationConfig: { topK: 3, temperature: 2 },
      labels: { team: 'a' },
      safetySettings: [],
      new_field: { nested: [1, null] }
    }
    const { body } = encode({ temperature: 1, seed: 4, extra })
    expect(body).toMatchObject({ ...extra, generationConfig: { temperature: 2, seed: 4, topK: 3 } })
  })

  test('wins over what the config sends with every request', async () => {
    const strict = await dialectWith({ safety_settings: [{ category: 'c', threshold: 't' }] })
    expect(encode({}, strict).body['safetySettings']).toEqual([{ category: 'c', threshold: 't' }])
    expect(encode({ extra: { safetySettings: [] } }, strict).body['safetySettings']).toEqual([])
  })

  test('cannot reach a prototype', () => {
    const extra = JSON.parse('{"__proto__":{"polluted":1},"generationConfig":{"__proto__":{"polluted":1}}}') as Record<string, unknown>
    const { body } = dialect.encode({ model: 'gemini-3.5-flash', messages: [], temperature: 1, extra }, 'whole')
    expect((body as { polluted?: unknown }).polluted).toBeUndefined()
    expect(JSON.stringify(body)).toContain('__proto__')
  })
})

describe('data URLs', () => {
  const partOf = (url: string) =>
    (encode({ messages: [{ role: 'user', content: [{ type: 'file', url }] }] }).body['contents'] as { parts: unknown[] }[])[0]?.parts[0]

  test('a text in one becomes base64', () => {
    expect(partOf('data:text/csv;charset=utf-8,a%2C%E4%BD%A0')).toEqual({ inlineData: { mimeType: 'text/csv', data: 'YSzkvaA=' } })
    expect(partOf('data:,100%')).toEqual({ inlineData: { mimeType: 'text/plain', data: 'MTAwJQ==' } })
  })

  test('one without data is refused', () => {
    expect(errorOf(() => partOf('data:image/png'))).toMatchObject({ kind: 'bad_request' })
  })
})

test('system messages alone, and those for Gemma, are the words of the user', () => {
  const system = { role: 'system' as const, content: 'Say hello.' }
  const alone = encode({ messages: [system] })
  expect([alone.body, alone.warnings?.length]).toEqual([{ contents: [{ role: 'user', parts: [{ text: 'Say hello.' }] }] }, 1])
  const gemma = encode({ model: 'gemma-3-27b-it', messages: [system, { role: 'user', content: 'Hi' }] })
  expect(gemma.body['contents']).toHaveLength(2)
  expect(gemma.body).not.toHaveProperty('systemInstruction')
})
