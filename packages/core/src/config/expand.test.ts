import { describe, expect, it } from '@jest/globals'
import { expand } from './expand.ts'

const env = { NAME: 'value', EMPTY: '', TRICK: '${NAME}' }

describe('expand', () => {
  it.each([
    ['plain', 'plain'],
    ['${NAME}', 'value'],
    ['a ${NAME} and ${NAME}', 'a value and value'],
    ['${MISSING:-other}', 'other'],
    ['${EMPTY:-other}', 'other'],
    ['${MISSING:-}', ''],
    ['${EMPTY}', ''],
    ['$${NAME}', '${NAME}'],
    ['$NAME costs $5', '$NAME costs $5'],
    ['${TRICK}', '${NAME}']
  ])('%s becomes %s', (text, expected) => {
    const { value, problems, unset } = expand(text, env)
    expect({ value, problems, unset }).toEqual({ value: expected, problems: [], unset: [] })
  })

  it.each(['${', '${}', '${1X}', 'x ${NAME', '${NAME-x}', '${a b}'])('%s is a problem, not a text', text => {
    expect(expand({ a: text }, env).problems).toEqual([
      expect.objectContaining({ path: 'a', message: expect.stringContaining('not written correctly') })
    ])
  })

  it('names every variable that is not set, with its path', () => {
    const { value, unset } = expand({ a: ['${ONE} ${TWO}'], b: { c: '${ONE}' } }, env)
    expect(unset.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'a.0: The variable ONE is not set.',
      'a.0: The variable TWO is not set.',
      'b.c: The variable ONE is not set.'
    ])
    expect(value).toEqual({ a: [' '], b: { c: '' } })
  })

  it('remembers which texts were made from variables', () => {
    expect([...expand({ a: 'x', b: ['${NAME}'] }, env).variables]).toEqual([['b.0', ['NAME']]])
  })

  it('refuses keys that reach a prototype, from JSON too', () => {
    const { value, problems } = expand(JSON.parse('{"__proto__": {"x": 1}, "a": {"constructor": 1, "b": 2}}'), env)
    expect(problems.map(problem => problem.path)).toEqual(['__proto__', 'a.constructor'])
    expect(value).toEqual({ a: { b: 2 } })
  })

  it.each([
    ['a function', { a: () => 1 }],
    ['a date', { a: new Date() }],
    ['a big integer', { a: 1n }],
    ['a symbol', { a: Symbol('x') }],
    ['a map', { a: new Map() }]
  ])('refuses %s', (_name, value) => {
    expect(expand(value, env).problems).toEqual([expect.objectContaining({ path: 'a', message: 'a is not plain data.' })])
  })

  it('ends on a cycle and on deep nesting instead of overflowing', () => {
    const cycle: Record<string, unknown> = {}
    cycle['again'] = cycle
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    for (const value of [cycle, deep]) expect(expand(value, env).problems[0]?.message).toBe('The configuration is nested too deeply.')
  })
})
