import { describe, expect, test } from '@jest/globals'
import type { JsonSchema } from '@resoftai/sdk'
import { isHostError } from '../error.ts'
import { compileSchema, type CompileOptions } from './compile.ts'

async function refusal(schema: unknown, options?: CompileOptions): Promise<string> {
  try {
    await compileSchema(schema as JsonSchema, options)
    return 'accepted'
  } catch (error) {
    if (!isHostError(error)) throw error
    return error.problems.map(({ message, path = '', suggestion = '' }) => `${path}: ${message} ${suggestion}`).join('\n')
  }
}

const config: JsonSchema = {
  type: 'object',
  required: ['api_key'],
  additionalProperties: false,
  properties: {
    api_key: { type: 'string', writeOnly: true, 'x-env': ['KEY'] },
    timeout: { type: 'number', exclusiveMinimum: 0 },
    level: { enum: ['fast', 'slow'] },
    models: { type: 'array', items: { type: 'string', minLength: 1 } },
    address: { type: 'string', format: 'uri' }
  }
}

describe('A compiled schema', () => {
  test('is made once, however often it is asked for, and anew for another draft or strictness', async () => {
    const schema = () => ({ type: 'object', properties: { once: { type: 'string' } } })
    const first = await compileSchema(schema())
    expect(await compileSchema(schema())).toBe(first)
    expect(await compileSchema(schema(), { strict: true })).not.toBe(first)
    expect(await compileSchema({ ...schema(), $schema: 'http://json-schema.org/draft-07/schema#' })).not.toBe(first)
  })

  test('lists every mistake at once, with path and suggestion, and quotes no value', async () => {
    const validate = await compileSchema(config, { strict: true })
    const problems = validate({ apikey: 'sk-secret', timeout: '3', level: 'fsat', models: ['a', 7, ''], address: 'sk-secret' })
    expect(problems).toEqual([
      { message: 'api_key is missing.', path: 'api_key' },
      { message: 'Unknown key "apikey".', path: 'apikey', suggestion: 'Did you mean api_key?' },
      { message: 'timeout must be a number, not a text.', path: 'timeout' },
      { message: 'level must be one of fast, slow.', path: 'level', suggestion: 'Did you mean fast?' },
      { message: 'models[1] must be a text, not a number.', path: 'models.1' },
      { message: 'models[2] must not be empty.', path: 'models.2' },
      { message: 'address must be a URL such as https://example.com/v1.', path: 'address' }
    ])
    expect(JSON.stringify(problems)).not.toContain('sk-secret')
  })

  test('puts paths behind a prefix and asks where they were written', async () => {
    const validate = await compileSchema(config)
    const locate = (path: readonly string[]) => ({ file: 'a.yaml', line: path.length })
    expect(validate({}, { prefix: ['providers', 'groq'], locate })).toEqual([
      { message: 'api_key is missing.', path: 'providers.groq.api_key', file: 'a.yaml', line: 3 }
    ])
  })

  test('leaves values as they are', async () => {
    const validate = await compileSchema({ properties: { a: { type: 'number', default: 1 } }, additionalProperties: false })
    const value = Object.freeze({ a: '1', b: 2 })
    expect(validate(value)).toHaveLength(2)
    expect(value).toEqual({ a: '1', b: 2 })
  })

  test('reads draft 7 where the schema says so', async () => {
    const validate = await compileSchema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { name: { type: 'string' } },
      items: [{ $ref: '#/definitions/name' }]
    })
    expect(validate([3])).toHaveLength(1)
  })

  test('follows references inside of itself, by pointer and by anchor', async () => {
    const validate = await compileSchema({
      $defs: { tree: { $anchor: 'tree', type: 'object', properties: { left: { $ref: '#/$defs/tree' }, right: { $ref: '#tree' } } } },
      $ref: '#/$defs/tree'
    })
    expect(validate({ left: { right: {} } })).toEqual([])
    expect(validate({ left: { right: 3 } })).toEqual([{ message: 'right must be a map, not a number.', path: 'left.right' }])
  })

  test('does not take two schemas with one name for the same', async () => {
    const first = await compileSchema({ $id: 'https://example.com/x', type: 'string' })
    const second = await compileSchema({ $id: 'https://example.com/x', type: 'number' })
    expect([first(1).length, second(1).length]).toEqual([1, 0])
  })

  test('keeps different patterns apart', async () => {
    const validate = await compileSchema({ properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } })
    expect(validate({ a: 'a', b: 'b' })).toEqual([])
    expect(validate({ a: 'b', b: 'a' })).toHaveLength(2)
  })

  test('says so when a value is nested too deeply', async () => {
    const validate = await compileSchema({ type: 'array', items: { $ref: '#' } })
    let value: unknown[] = []
    for (let depth = 0; depth < 50_000; depth++) value = [value]
    expect(validate(value)).toEqual([{ message: 'The value is nested too deeply to be judged.' }])
  })

  test('shows at most a hundred problems', async () => {
    const validate = await compileSchema({ items: { type: 'string' } })
    expect(validate(Array.from({ length: 5_000 }, () => 1))).toHaveLength(100)
  })
})

describe('A choice between forms', () => {
  const text = { anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: { type: 'string' } }] }

  test('is explained as a choice when no form is near', async () => {
    expect((await compileSchema(text))(3)).toEqual([{ message: 'The value must be a text or a map, not a number.' }])
  })

  test('is explained by the form that was meant', async () => {
    expect((await compileSchema(text))({ en: 3 })).toEqual([{ message: 'en must be a text, not a number.', path: 'en' }])
  })
})

describe('A choice beside other keywords', () => {
  test('hides none of what they say', async () => {
    const validate = await compileSchema({
      $defs: { a: { required: ['a'] } },
      properties: { a: {}, b: {}, deep: { anyOf: [{ type: 'string' }, { type: 'object', required: ['x'] }] } },
      additionalProperties: false,
      required: ['c'],
      anyOf: [{ $ref: '#/$defs/a' }, { required: ['b'] }]
    })
    expect(
      validate({ other: 1, deep: {} })
        .map(({ message }) => message)
        .toSorted()
    ).toEqual(['The value fits none of the allowed forms.', 'Unknown key "other".', 'c is missing.', 'x is missing.'])
  })

  test('says what would do', async () => {
    const validate = await compileSchema({ anyOf: [{ required: ['key'] }, { required: ['user', 'password'] }] })
    expect(validate({})).toEqual([{ message: 'The value must have key, or user and password.' }])
  })
})

describe('A schema is refused', () => {
  const deep = (levels: number): object => (levels === 0 ? {} : { not: deep(levels - 1) })
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `d${index}`,
      { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] }
    ])
  )

  test.each([
    ['that is none', [], 'A schema is a JSON object'],
    ['with a wrong type', { type: 'strng' }, 'Did you mean string'],
    ['that is nested too deeply', deep(5_000), 'nested more than 32 levels'],
    ['that is too large', { description: 'x'.repeat(70_000) }, 'larger than 64 KB'],
    ['that refers to another document', { $ref: 'https://example.com/x.json' }, '$ref must begin with #'],
    ['that refers to a file', { properties: { a: { $ref: './a.json' } } }, 'properties.a.$ref: '],
    ['that refers to nothing', { $ref: '#/$defs/none' }, 'The schema has no #/$defs/none'],
    ['that refers to what cannot be decoded', { $ref: '#/%' }, 'The schema has no #/%'],
    ['that refers to what all objects have', { $ref: '#/constructor' }, 'The schema has no'],
    ['that leads back to itself', { $ref: '#' }, 'leads back to itself'],
    [
      'that leads back to itself by a detour',
      { $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' },
      'leads back'
    ],
    ['that refers to its parts again and again', { $defs: { ...doubling, d40: {} }, $ref: '#/$defs/d0' }, 'take too long'],
    ['with a pattern that is none', { pattern: '(' }, 'never closed'],
    ['with a pattern that no linear matcher can do', { patternProperties: { '(?=a)': {} } }, 'looks ahead'],
    ['that answers later', { $async: true }, '$async is not supported']
  ])('%s', async (_name, schema, reason) => {
    expect(await refusal(schema)).toContain(reason)
  })

  test('with an unknown keyword when it is read strictly, but not for words of its own', async () => {
    expect(await refusal({ minimun: 3 })).toBe('accepted')
    expect(await refusal({ minimun: 3 }, { strict: true })).toContain('minimun')
    expect(await refusal({ properties: { a: { 'x-env': ['A'] } }, 'x-own': 1 }, { strict: true })).toBe('accepted')
  })

  test('with the kind and name that the caller gives', async () => {
    await expect(compileSchema({ $ref: '#' }, { name: 'Tool a', kind: 'usage' })).rejects.toMatchObject({
      kind: 'usage',
      message: 'Tool a cannot be used.'
    })
  })
})
