import { describe, expect, test } from '@jest/globals'
import { skim } from './skim.ts'

const found = (text: string | Buffer) => skim(Buffer.from(text as string), JSON.parse)
const textsOf = (text: string | Buffer) => {
  const skimmed = found(text)
  return skimmed && { body: skimmed.body, messages: skimmed.messages.toString() }
}

/** The same numbers for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const strings = [
  '',
  'Hi',
  '"',
  '\\',
  '\\"',
  'a\\\\',
  '你好 👋',
  '\u2028\u0000\n',
  '],"model":"other","x":[',
  '{"messages":[1]}',
  'x'.repeat(31),
  'y\\'.repeat(40)
]

function makeValue(roll: (limit: number) => number, depth: number): unknown {
  const kind = roll(depth > 3 ? 5 : 8)
  if (kind < 2) return strings[roll(strings.length)]
  if (kind === 2) return [0, -1.5e-7, 1e21, 123][roll(4)]
  if (kind === 3) return [true, false, null][roll(3)]
  if (kind === 4) return strings[roll(strings.length)]
  const items = Array.from({ length: roll(4) }, () => makeValue(roll, depth + 1))
  if (kind === 5) return items
  return Object.fromEntries(items.map((item, index) => [`${strings[roll(strings.length)]}${index}`, item]))
}

/** With blanks and escapes wherever JSON may have them. */
function writeJson(value: unknown, roll: (limit: number) => number): string {
  const blank = () => ['', '', ' ', '\n', '\t\r '][roll(5)]
  const escape = (letter: string) => (roll(20) === 0 ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter)
  if (typeof value === 'string') return JSON.stringify(value).replaceAll(/(?<!\\)[a-z你好]/g, escape)
  if (Array.isArray(value)) return `[${blank()}${value.map(item => writeJson(item, roll)).join(`${blank()},${blank()}`)}${blank()}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}${blank()}:${blank()}${writeJson(item, roll)}`)
    return `{${blank()}${fields.join(`${blank()},${blank()}`)}${blank()}}`
  }
  return JSON.stringify(value)
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const seeds = Array.from({ length: 2_000 }, (_, index) => index * 7_919 + 1)

/** A body whose messages are written as one of its fields. */
function makeBody(roll: (limit: number) => number): { readonly text: string; readonly messages: string; readonly rest: object } {
  const rest: Record<string, unknown> = { model: 'm' }
  for (let count = roll(4); count > 0; count--) rest[`field${count}`] = makeValue(roll, 0)
  const messages = writeJson([makeValue(roll, 0), { role: 'user', content: makeValue(roll, 0) }], roll)
  const fields = Object.entries(rest).map(([name, value]) => `"${name}": ${writeJson(value, roll)}`)
  fields.splice(roll(fields.length + 1), 0, `"messages":${messages}`)
  return { text: ` {${fields.join(', ')}}\n`, messages, rest }
}

describe('a body that is skimmed', () => {
  test('is the rest of it, and the messages byte for byte', () => {
    for (const seed of seeds) {
      const { text, messages } = makeBody(dice(seed))
      const { messages: _messages, ...rest } = JSON.parse(text) as Record<string, unknown>
      expect(textsOf(text)).toEqual({ body: { ...rest, messages: null }, messages })
    }
  })

  test('says what a reader of JSON would say, whatever was changed in it, or nothing', () => {
    let taken = 0
    for (const seed of seeds) {
      const roll = dice(seed)
      const bytes = Buffer.from(makeBody(roll).text)
      const marks = Buffer.from('"\\{}[],:0-n e\u0000é')
      for (let changes = roll(3) + 1; changes > 0; changes--) bytes[roll(bytes.length)] = marks[roll(marks.length)]!
      const skimmed = found(bytes)
      const whole = tryParse(bytes.toString())
      if (skimmed === undefined || whole === undefined) continue
      taken++
      expect({ ...skimmed.body, messages: JSON.parse(skimmed.messages.toString()) }).toEqual(whole)
      expect(bytes.includes(skimmed.messages)).toBe(true)
    }
    expect(taken).toBeGreaterThan(100)
  })

  test('never ends a string or a list elsewhere than a reader of JSON does', () => {
    // Whatever stands between the brackets, another field of the body cannot be in it, nor a part of it outside.
    for (const seed of seeds) {
      const roll = dice(seed)
      const inner = strings[roll(strings.length)]
      const text = `{"messages":[{"content":${JSON.stringify(inner)}}],"model":"m"}`
      expect(textsOf(text)).toEqual({ body: { messages: null, model: 'm' }, messages: `[{"content":${JSON.stringify(inner)}}]` })
    }
  })

  const ok = '[{"role":"user","content":"x"}]'
  const deep = (open: string, close: string, depth: number) => `{"messages":[${open.repeat(depth)}1${close.repeat(depth)}]}`
  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['a list', ok],
    ['without messages', '{"model":"m"}'],
    ['with messages twice', `{"messages":${ok},"messages":${ok}}`],
    ['with messages once more in escapes', `{"messages":${ok},"mess\\u0061ges":${ok}}`],
    ['with messages in escapes', `{"mess\\u0061ges":${ok}}`],
    ['with a model twice', `{"model":"a","messages":${ok},"model":"b"}`],
    ['with a model once more in escapes', `{"model":"a","messages":${ok},"mod\\u0065l":"b"}`],
    ['with messages that are empty', '{"messages":[ ]}'],
    ['with messages that are no list', '{"messages":{"a":1}}'],
    ['with messages that are text', '{"messages":"[1]"}'],
    ['with messages that are null', '{"messages":null}'],
    ['with messages deeper down', `{"a":{"messages":${ok}}}`],
    ['with something behind it', `{"messages":${ok}}}`],
    ['with another body behind it', `{"messages":${ok}}{"model":"b"}`],
    ['with a comma too many', `{"messages":${ok},}`],
    ['that is cut', `{"messages":${ok}`],
    ['with a string that is cut', '{"messages":["x'],
    ['with a string that ends in an escape', '{"messages":["x\\"]}'],
    ['with brackets that do not match', '{"messages":[{]]}'],
    ['with a comment', `{"messages":[1/*"*/]}`],
    ['with a comment of a line', `{"messages":[1 //]\n]}`],
    ['with single quotes', `{"messages":['x']}`],
    ['with back quotes', '{"messages":[`x`]}'],
    ['with a blank that is none', '{"messages":[\u00a01]}'],
    ['with a byte order mark', `\ufeff{"messages":${ok}}`],
    ['of bytes that are no text', Buffer.concat([Buffer.from('{"messages":["'), Buffer.of(0xff), Buffer.from('"]}')])],
    ['of an overlong quote', Buffer.concat([Buffer.from('{"messages":["'), Buffer.of(0xc0, 0xa2), Buffer.from('"]}')])],
    ['in UTF-16', Buffer.from(`{"messages":${ok}}`, 'utf16le')],
    ['with much beside the messages', `{"messages":${ok},"tools":"${'x'.repeat(70_000)}"}`],
    ['with many fields', `{"messages":${ok}${Array.from({ length: 300 }, (_, index) => `,"f${index}":1`).join('')}}`],
    ['of deep lists', deep('[', ']', 200)],
    ['of deep objects', deep('{"a":', '}', 200)],
    ['of a hundred thousand lists', deep('[', ']', 100_000)]
  ])('%s is left to a reader of the whole', (_what, text) => {
    expect(found(text)).toBeUndefined()
  })

  test('finds the words in which vendors differ, and not those in a text', () => {
    const text = (message: object) => found(JSON.stringify({ messages: [message], user: 'developer' }))?.words
    expect(text({ role: 'developer', content: 'tool_calls', reasoning_content: '"parsed"' })).toEqual(
      new Set(['developer', 'tool_calls', 'reasoning_content'])
    )
    expect(text({ role: 'user', content: 'a developer', developers: 1, rationale: 'passed' })).toEqual(new Set())
  })
})
