import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { openYaml, parseText, stringifyYaml } from './parse-text.ts'

describe('parseText', () => {
  it('knows the line of every value', () => {
    const layer = parseText('f.yaml', '# first\nproviders:\n  groq: { timeout: 3,\n    models: [a,\n      b] }\n')
    expect(layer.value).toEqual({ providers: { groq: { timeout: 3, models: ['a', 'b'] } } })
    const lines = [
      'providers',
      'providers.groq',
      'providers.groq.timeout',
      'providers.groq.models.1',
      'providers.groq.models.9',
      'none'
    ].map(path => layer.line(path))
    expect(lines).toEqual([2, 3, 3, 5, 4, undefined])
  })

  it('reads ${NAME} inside of braces, where YAML alone would not', () => {
    const text = 'providers: { zhipu: { api_key: ${ZHIPU_API_KEY}, x: "${A:-b}", y: $${C} } } # ${D}\n'
    expect(parseText('f.yaml', text)).toMatchObject({
      problems: [],
      value: { providers: { zhipu: { api_key: '${ZHIPU_API_KEY}', x: '${A:-b}', y: '$${C}' } } }
    })
    expect(stringifyYaml(openYaml('f.yaml', text))).toBe(text)
  })

  it('reads JSON, indented with tabs or not, with a byte order mark or without', () => {
    const value = { providers: { a: { b: [1, 'x\t"', null, true] } } }
    for (const indent of ['', '\t', '  ']) {
      expect(parseText('f.json', `\uFEFF${JSON.stringify(value, null, indent)}`)).toMatchObject({ value, problems: [] })
    }
  })

  it('reads one key of a larger file', () => {
    const layer = parseText('package.json', '{\n "name": "x",\n "resoftai": {\n  "log": { "level": "info" } } }', 'resoftai')
    expect(layer.value).toEqual({ log: { level: 'info' } })
    expect(layer.line('log.level')).toBe(4)
  })

  it.each(['', '# nothing yet\n', '---\n'])('takes %j for an empty configuration', text => {
    expect(parseText('f.yaml', text)).toMatchObject({ value: {}, problems: [], readable: true })
  })

  it('lists each key that is written twice and still reads the rest', () => {
    const layer = parseText('f.yaml', 'providers:\n  a: { x: 1, x: 2 }\n  b: {}\n  a: {}\nlog: {}\n')
    expect(layer.readable).toBe(true)
    expect(layer.problems).toEqual([
      { message: 'x is written twice (first in line 2).', file: 'f.yaml', line: 2, path: 'providers.a.x', suggestion: expect.any(String) },
      { message: 'a is written twice (first in line 2).', file: 'f.yaml', line: 4, path: 'providers.a', suggestion: expect.any(String) }
    ])
  })

  const canary = 'sk-canary-7f3a9b'
  it.each([
    ['an open quote', `a: 1\nkey: "${canary}`, 2],
    ['an open bracket', `key: [${canary}`, 1],
    ['a tab as indent', `a:\n\tkey: ${canary}`, 2],
    ['wrong indentation', `a:\n  b: 1\n   key: ${canary}`, 2],
    ['a tag', `key: !${canary} 1`, 1],
    ['an alias without anchor', `key: *${canary}`, undefined],
    ['a reserved first character', `key: @${canary}`, 1],
    ['an unknown escape', `key: "\\q${canary}"`, 1],
    ['two documents', `a: 1\n---\nkey: ${canary}`, 2],
    ['a key that is a list', `? [${canary}]\n: 1`, 1],
    ['text behind a value', `{"a": 1} ${canary}`, 1],
    ['a directive', `%${canary}\na: 1`, undefined],
    [
      'too many aliases',
      `a: &a [${canary},x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]`,
      undefined
    ],
    ['deep nesting', `${'['.repeat(5_000)}${canary}`, 1],
    ['deep nesting that is closed', `${'['.repeat(5_000)}${canary}${']'.repeat(5_000)}`, 1]
  ])('says where %s is and never quotes the file', (_name, text, line) => {
    const layer = parseText('f.yaml', text)
    expect(layer.readable).toBe(false)
    expect(layer.problems[0]).toMatchObject({
      file: 'f.yaml',
      message: expect.stringMatching(/^[A-Z].*[.?]$/),
      ...(line !== undefined && { line })
    })
    expect(layer.problems.length).toBeLessThanOrEqual(20)
    expect(inspect(layer.problems, { depth: Infinity })).not.toContain(canary)
  })
})
