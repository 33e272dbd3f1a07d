import { describe, expect, test } from '@jest/globals'
import { joinEvents } from '@resoftai/sdk/testing'
import { delta, dialectOf, eventsOf } from './dialect.ts'

async function textsOf(...pieces: readonly string[]): Promise<readonly string[]> {
  const events = await eventsOf([...pieces.map(content => delta({ content })), delta({}, 'stop')])
  return events.flatMap(event => (event.type === 'text' ? [event.text] : []))
}

describe('the marks of a box', () => {
  const text = 'a <|begin_of_box|>4<|end_of_box|> b'

  test('are taken out wherever they are cut', async () => {
    for (let cut = 0; cut <= text.length; cut++) expect((await textsOf(text.slice(0, cut), text.slice(cut))).join('')).toBe('a 4 b')
    expect((await textsOf(...text.split(''))).join('')).toBe('a 4 b')
  })

  test('hold nothing back that is none', async () => {
    expect(await textsOf('a < b', ' <|x|> ', '<b>', 'c <')).toEqual(['a < b', ' <|x|> ', '<b>', 'c ', '<'])
  })

  test('leave reasoning as it is', async () => {
    const reply = joinEvents(await eventsOf([delta({ reasoning_content: '\n<|begin_of_box|>' }), delta({ content: 'a' }, 'stop')]))
    expect([reply.reasoning, reply.content]).toEqual(['\n<|begin_of_box|>', 'a'])
  })
})

describe('the end of a reply', () => {
  test('for a full context is a failure, whether something was said or not', async () => {
    const full = delta({}, 'model_context_window_exceeded')
    await expect(eventsOf([delta({ content: 'a' }), full])).rejects.toMatchObject({ kind: 'context_length' })
    await expect(eventsOf([full])).rejects.toMatchObject({ kind: 'context_length' })
  })

  test('by network_error may be tried again', async () => {
    const body = { choices: [{ message: { content: 'a' }, finish_reason: 'network_error' }] }
    const dialect = await dialectOf()
    expect(() => dialect.decode?.(body)).toThrow(expect.objectContaining({ kind: 'server', code: 'network_error', retryable: true }))
  })
})
