import { describe, expect, test } from '@jest/globals'
import type { WireEvent } from '@resoftai/sdk'
import { readEvents } from '@resoftai/sdk/testing'
import { bot, dialectWith, errorOf, event, replyOf } from './asking.ts'

const dialect = await dialectWith()
const ids = { id: '11', conversation_id: '22', bot_id: bot }
const message = (id: string, type: string, content: unknown, more: object = {}) => ({
  id,
  chat_id: '11',
  conversation_id: '22',
  bot_id: bot,
  type,
  content,
  content_type: 'text',
  ...more
})
const delta = (id: string, content: unknown, more: object = {}) => event('conversation.message.delta', message(id, 'answer', content, more))
const whole = (id: string, content: unknown, more: object = {}) =>
  event('conversation.message.completed', message(id, 'answer', content, more))
const created = event('conversation.chat.created', { ...ids, status: 'created' })
const completed = event('conversation.chat.completed', { ...ids, status: 'completed' })
const done = { event: 'done', data: '"[DONE]"' }

const read = (...wire: readonly WireEvent[]) => replyOf(readEvents(dialect, [created, ...wire, completed]))

describe('an answer', () => {
  test('in pieces is not told again when it is whole', () => {
    expect(read(delta('1', 'a'), delta('1', 'b'), whole('1', 'ab'))).toMatchObject({ content: 'ab', warnings: [] })
  })

  test('that differs from its pieces is warned of', () => {
    expect(read(delta('1', 'a'), whole('1', 'abc'))).toMatchObject({ content: 'a', warnings: [expect.stringMatching(/1 .* 3\b/)] })
  })

  test('without pieces is told when it is whole', () => {
    expect(read(whole('1', 'ab', { reasoning_content: 'hm' }))).toMatchObject({ content: 'ab', reasoning: 'hm' })
  })

  test('of cards is told whole, never in pieces', () => {
    const card = { content_type: 'card' }
    expect(readEvents(dialect, [created, delta('1', '{"a"', card)]).map(({ type }) => type)).toEqual(['start', 'provider_data'])
    expect(read(delta('1', '{"a"', card), delta('1', ':1}', card), whole('1', '{"a":1}', card)).content).toBe('{"a":1}')
  })

  test('of sound is no text', () => {
    expect(read(whole('1', 'KgAxAC8A', { content_type: 'audio' })).content).toBe('')
  })

  test('after another begins a new line', () => {
    expect(read(delta('1', 'a'), delta('1', 'b'), whole('1', 'ab'), delta('2', 'c'), whole('2', 'c'), whole('3', 'd')).content).toBe(
      'ab\nc\nd'
    )
  })

  test('is thought about before', () => {
    const thought = { reasoning_content: 'hm' }
    expect(read(delta('1', '', thought), delta('1', 'a'), whole('1', 'a', thought))).toMatchObject({ content: 'a', reasoning: 'hm' })
  })

  test.each(['question', 'function_call', 'tool_output', 'tool_response', 'knowledge', 'verbose', 'follow_up', undefined, 7])(
    'is not a message of the type %s',
    type => {
      const odd = { ...message('9', '', 'x'), type }
      const pieces = [event('conversation.message.delta', odd), event('conversation.message.completed', odd)]
      expect(read(...pieces, delta('1', 'a')).content).toBe('a')
    }
  )

  test('whose fields are of another type says nothing', () => {
    expect(read(delta('1', 7), delta('1', null), whole('1', {}), delta('1', 'a', { id: 5 })).content).toBe('a')
  })
})

describe('a chat', () => {
  test('tells its ids when it begins, once, and again with what it suggests', () => {
    const events = readEvents(dialect, [
      created,
      event('conversation.chat.in_progress', { ...ids, status: 'in_progress' }),
      event('conversation.message.completed', message('3', 'follow_up', 'And tomorrow?')),
      completed,
      done
    ])
    const coze = { bot_id: bot, conversation_id: '22', chat_id: '11' }
    expect(events).toEqual([
      { type: 'start', model: bot, id: '11' },
      { type: 'provider_data', data: { coze } },
      { type: 'provider_data', data: { coze: { ...coze, follow_ups: ['And tomorrow?'] } } },
      { type: 'finish', reason: 'stop' }
    ])
  })

  test('that goes on after tools tells its ids with its first message', () => {
    const [start, data] = readEvents(dialect, [delta('1', 'a')])
    expect([start?.type, data]).toEqual([
      'start',
      { type: 'provider_data', data: { coze: { bot_id: bot, conversation_id: '22', chat_id: '11' } } }
    ])
  })

  test('without ids does not take those of a message for them', () => {
    const events = readEvents(dialect, [event('conversation.message.delta', { id: '1', type: 'answer', content: 'a' })])
    expect(events).toEqual([{ type: 'text', text: 'a' }])
  })

  test.each([{ token_count: 0, output_count: 0, input_count: 0 }, {}, null, 'x', { token_count: -1, input_count: 1.5 }])(
    'with the usage %j was not counted',
    usage => {
      expect(replyOf(readEvents(dialect, [event('conversation.chat.completed', { ...ids, usage })])).usage).toEqual({})
    }
  )

  test('is not complete before it says so', () => {
    expect(errorOf(() => replyOf(readEvents(dialect, [created, delta('1', 'a'), whole('1', 'a')])))).toMatchObject({ kind: 'truncated' })
  })

  test('ends with a mark that may hold anything', () => {
    for (const data of ['"[DONE]"', '[DONE]', '{"debug_url":"https://x"}', '']) {
      const decode = dialect.streamDecoder()
      decode(created)
      expect(decode({ event: 'done', data })).toBe('done')
    }
  })
})

describe('what cannot be read', () => {
  test.each(['conversation.message.delta', 'conversation.chat.completed', 'Message', 'Interrupt'])('in %s is an error', name => {
    for (const data of ['{"id":', 'null', '[]', '7']) {
      expect(errorOf(() => readEvents(dialect, [{ event: name, data }]))).toMatchObject({ kind: 'protocol', code: 'unreadable' })
    }
  })

  test('in an event that nobody knows is passed over', () => {
    expect(
      readEvents(dialect, [
        event('invalid', {}),
        { event: 'conversation.audio.delta', data: 'junk' },
        { data: 'junk' },
        { event: 'constructor', data: '{}' }
      ])
    ).toEqual([])
  })

  test.each(['error', 'Error', 'conversation.chat.failed'])('in %s is the error all the same', name => {
    expect(errorOf(() => readEvents(dialect, [{ event: name, data: 'junk' }]))).toMatchObject({ kind: 'server' })
  })
})
