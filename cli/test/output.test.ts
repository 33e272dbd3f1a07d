import { describe, expect, test } from '@jest/globals'
import { hasColour } from '../src/output/colour.ts'
import { escapeControls } from '../src/output/escape.ts'
import { formatJson } from '../src/output/json.ts'
import { styled, textOf } from '../src/output/piece.ts'
import { formatTable } from '../src/output/table.ts'
import { displayWidth } from '../src/output/width.ts'

describe('text of somebody else', () => {
  test('cannot steer a terminal: control characters are shown, newline and tab stay (H33)', () => {
    expect(escapeControls('a\x1b[2J\x07\x9b1m\r\nb\tc\rd\x7f\u202e')).toBe('a\\x1b[2J\\x07\\x9b1m\nb\tc\\x0dd\\x7f\\u202e')
  })

  test('is left alone when it is only text', () => {
    const text = '你好 — “ok” 👍🏽 שלום'
    expect(escapeControls(text)).toBe(text)
  })
})

describe('a JSON document', () => {
  test('has no secret, neither in names nor in values, and no control character', () => {
    const redact = (text: string) => text.replaceAll('sk-"1', '[redacted]')
    const value = { 'sk-"1': ['sk-"1 \x7f\x9b\x1b'], nanos: 12n, error: { toJSON: () => ({ message: 'sk-"1' }) } }
    const text = formatJson(value, redact)
    expect(text).toMatch(/^[\u0020-\u007e\n]*$/)
    expect(JSON.parse(text)).toEqual({ '[redacted]': ['[redacted] \x7f\x9b\x1b'], nanos: '12', error: { message: '[redacted]' } })
  })
})

describe('a table', () => {
  test('aligns Chinese text, which is two columns wide', () => {
    expect(displayWidth('可用 ok')).toBe(7)
    const lines = formatTable(
      ['名称', 'STATE'],
      [
        ['groq', styled('green', 'ready')],
        ['智谱清言', 'no']
      ]
    ).map(row => row.map(textOf).join(''))
    expect(lines).toEqual(['名称      STATE', 'groq      ready', '智谱清言  no'])
  })

  test('leaves out empty columns, and blanks at the end of a line', () => {
    const lines = formatTable(
      ['A', 'B', 'C'],
      [
        ['a', '', 'c'],
        ['aa', '', '']
      ]
    ).map(row => row.map(textOf).join(''))
    expect(lines).toEqual(['A   C', 'a   c', 'aa'])
  })

  test('keeps a cell on one line', () => {
    expect(formatTable(['A'], [['x\ny']])[1]).toEqual(['x y'])
  })
})

describe('colour', () => {
  test('is for terminals, and not where NO_COLOR or a dumb terminal says no', () => {
    expect(hasColour({ isTTY: true }, {})).toBe(true)
    expect(hasColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
    expect(hasColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
    expect(hasColour({}, {})).toBe(false)
  })
})
