import { describe, expect, test } from '@jest/globals'
import { isFollowUp } from '@resoftai/sdk'
import { bot, dialectWith, errorOf, readWhole, replyOf } from './asking.ts'

const dialect = await dialectWith()

const ids = { id: '11', conversation_id: '22', bot_id: bot }
const state = (status: string, more: object = {}) => ({ code: 0, msg: '', data: { ...ids, status, ...more } })
const list = (...data: unknown[]) => ({ code: 0, msg: '', data })
const answer = (id: string, content: string, more: object = {}) => ({
  id,
  type: 'answer',
  content,
  content_type: 'text',
  chat_id: '11',
  ...more
})

describe('a whole reply', () => {
  test('is asked for until the chat has ended, then listed', () => {
    const usage = { token_count: 3, input_count: 2, output_count: 1 }
    const { events, asked } = readWhole(dialect, [
      state('created'),
      state('in_progress'),
      state('in_progress'),
      state('completed', { usage }),
      list(answer('1', 'Hello'))
    ])
    expect(asked.map(({ next, afterMs }) => [next.method, next.url, afterMs])).toEqual([
      ['GET', 'https://api.coze.com/v3/chat/retrieve?conversation_id=22&chat_id=11', 1000],
      ['GET', 'https://api.coze.com/v3/chat/retrieve?conversation_id=22&chat_id=11', 1050],
      ['GET', 'https://api.coze.com/v3/chat/retrieve?conversation_id=22&chat_id=11', 1103],
      ['GET', 'https://api.coze.com/v3/chat/message/list?conversation_id=22&chat_id=11', undefined]
    ])
    expect(asked.every(({ next }) => next.headers['Authorization'] === 'Bearer {{secret:api_key}}')).toBe(true)
    expect(replyOf(events)).toMatchObject({
      content: 'Hello',
      id: '11',
      model: bot,
      finishReason: 'stop',
      usage: { inputTokens: 2, outputTokens: 1, totalTokens: 3 }
    })
  })

  test('tells its ids at once, so that it can be cancelled, and only once', () => {
    const { asked } = readWhole(dialect, [state('created'), state('in_progress'), state('completed'), list()])
    expect(asked.map(({ events }) => events?.map(({ type }) => type))).toEqual([['start', 'provider_data'], [], []])
    const data = asked[0]?.events?.find(event => event.type === 'provider_data')?.data ?? {}
    expect(dialect.cancel?.(data)).toEqual({
      url: 'https://api.coze.com/v3/chat/cancel',
      headers: { Authorization: 'Bearer {{secret:api_key}}' },
      body: { conversation_id: '22', chat_id: '11' }
    })
  })

  test('has its answers in the order in which they were made', () => {
    const { events } = readWhole(dialect, [
      state('completed'),
      list(
        answer('2', 'b', { created_at: 2 }),
        answer('1', 'a', { created_at: 1, reasoning_content: 'hm' }),
        { type: 'verbose', content: '{}' },
        null
      )
    ])
    expect(replyOf(events)).toMatchObject({ content: 'a\nb', reasoning: 'hm' })
  })

  test.each([
    ['failed', { last_error: { code: 4028, msg: 'no quota' } }, { kind: 'quota', vendorCode: '4028', message: 'no quota' }],
    ['failed', { last_error: null }, { kind: 'server' }],
    ['canceled', {}, { kind: 'server', code: 'cancelled', retryable: false }]
  ])('that %s %j is an error', (status, more, error) => {
    expect(errorOf(() => readWhole(dialect, [state('in_progress'), state(status, more)]))).toMatchObject(error)
    expect(errorOf(() => readWhole(dialect, [state(status, more)]))).toMatchObject(error)
  })

  test.each<[string, readonly unknown[]]>([
    ['while it is asked for', [state('in_progress'), { code: 4001, msg: 'x' }]],
    ['with its messages', [state('completed'), { code: 4001, msg: 'x' }]]
  ])('can fail %s', (_, answers) => {
    expect(errorOf(() => readWhole(dialect, answers))).toMatchObject({ kind: 'not_found', vendorCode: '4001' })
  })

  test.each<[string, readonly unknown[]]>([
    ['no chat', [{ code: 0, data: {} }]],
    ['a list without messages', [state('completed'), { code: 0, data: {} }]],
    ['a state without a chat', [state('created'), { code: 0, data: [] }]],
    ['no object', [null]]
  ])('with %s cannot be read', (_, answers) => {
    expect(errorOf(() => readWhole(dialect, answers))).toMatchObject({ kind: 'protocol', code: 'unreadable' })
  })

  test('is not waited for without end', async () => {
    const { waits, error } = poll(await dialectWith({ poll_timeout: 60 }), 'in_progress')
    expect(error).toMatchObject({ kind: 'timeout', code: 'poll', retryable: false })
    expect(Math.min(...waits)).toBe(1000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(5000)
    const total = waits.reduce((sum, wait) => sum + wait, 0)
    expect(total).toBeGreaterThanOrEqual(60_000)
    expect(total).toBeLessThan(65_000)
  })

  test('in a state that nobody knows is waited for as long', () => {
    expect(poll(dialect, 'dreaming').error).toMatchObject({ code: 'poll' })
  })
})

function poll(one: typeof dialect, status: string) {
  const waits: number[] = []
  const error = errorOf(() => {
    let meaning = one.decode?.(state(status))
    while (meaning !== undefined && isFollowUp(meaning) && waits.length < 1000) {
      waits.push(meaning.afterMs ?? 0)
      meaning = meaning.decode(state(status))
    }
  })
  return { waits, error }
}

describe('cancelling', () => {
  test.each([
    ['nothing was told', {}],
    ['another vendor told it', { coze: 'x' }],
    ['the chat waits for tools', { coze: { conversation_id: '22', chat_id: '11', waiting: [{ id: 'a', reply: false }] } }],
    ['a workflow runs', { coze: { interrupt: { event_id: '1', type: 2, stream: true } } }]
  ])('is nothing to tell when %s', (_, data) => {
    expect(dialect.cancel?.(data)).toBeUndefined()
  })
})
