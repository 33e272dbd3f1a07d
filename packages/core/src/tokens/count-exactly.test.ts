import { describe, expect, test } from '@jest/globals'
import type { ChatRequest } from '@resoftai/sdk'
import { countTokens as countNew } from 'gpt-tokenizer/encoding/o200k_base'
import { countTokens as countOld } from 'gpt-tokenizer/encoding/cl100k_base'
import { boundRuns, longestRun } from './bound-runs.ts'
import { countExactly } from './count-exactly.ts'

const ask = (content: string): ChatRequest => ({ model: 'any', messages: [{ role: 'user', content }] })
const sentence = 'Straße, 你好,认识你很高兴。 До свидания 👋🏽 — 1234567 times;\r\n\tnaïve "quotes" and getElementById()\n\n'
/** Around one message: four for it, three that begin the reply. */
const wrapping = 7

describe('exact counting', () => {
  test('counts as the tokenizer of the model', async () => {
    expect(await countExactly(ask(sentence), 'gpt-4o-mini')).toBe(countNew(sentence) + wrapping)
    expect(await countExactly(ask(sentence), 'openai/gpt-5.1')).toBe(countNew(sentence) + wrapping)
    expect(await countExactly(ask(sentence), 'o3')).toBe(countNew(sentence) + wrapping)
    expect(await countExactly(ask(sentence), 'gpt-4-turbo')).toBe(countOld(sentence) + wrapping)
    expect(countNew(sentence)).not.toBe(countOld(sentence))
  })

  test.each(['claude-sonnet-4-5', 'gemini-2.5-flash', 'glm-4.6', 'llama3-70b', 'o200k', ''])(
    'says that it has no tokenizer for %j',
    async model => {
      expect(await countExactly(ask('Hello'), model)).toBeUndefined()
    }
  )

  test('takes what looks like a special token for text', async () => {
    expect(await countExactly(ask('<|endoftext|>'), 'gpt-4o')).toBeGreaterThan(wrapping + 1)
  })

  test('ends for a megabyte of one letter, and counts what the letters are', async () => {
    expect(await countExactly(ask('a'.repeat(1_000_000)), 'gpt-4o')).toBe(125_000 + wrapping)
  })
})

describe('a text in bounded pieces', () => {
  const lengths = [8_000, 1_000_000]
  const long = ['a', ' ', '\n', '中', '_', '👋', 'é', '/\n', '.\u0301', 'aé'].flatMap(unit =>
    lengths.map(length => [unit, length] as const)
  )

  test.each(long)('has as many as its runs of %j need (%d)', (unit, length) => {
    const text = unit.repeat(length / unit.length)
    const pieces = [...boundRuns(text)]
    expect(pieces.join('')).toBe(text)
    expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThanOrEqual(2 * longestRun)
    expect(pieces.length).toBeLessThanOrEqual(Math.ceil(length / longestRun))
  })

  test.each(lengths)('is one piece of digits, which tokenizers take in threes (%d)', length => {
    expect([...boundRuns('7'.repeat(length))]).toHaveLength(1)
  })

  test('is one piece of prose, however long', () => {
    expect([...boundRuns(sentence.repeat(10_000))]).toHaveLength(1)
    expect([...boundRuns('')]).toEqual([])
  })

  test('is cut inside of a long run only', () => {
    const text = `before ${'x'.repeat(300)} after`
    expect([...boundRuns(text)]).toEqual([`before ${'x'.repeat(128)}`, 'x'.repeat(128), `${'x'.repeat(44)} after`])
  })
})
