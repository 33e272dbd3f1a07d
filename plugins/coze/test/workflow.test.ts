import { describe, expect, test } from '@jest/globals'
import { readEvents } from '@resoftai/sdk/testing'
import type { Message } from '@resoftai/sdk'
import { dialectWith, encode, errorOf, event, readWhole, replyOf } from './asking.ts'

const dialect = await dialectWith()
const piece = (content: unknown, node: string, more: object = {}) =>
  event('Message', { content, node_title: node, node_is_finish: false, node_seq_id: '0', ...more })
const end = { node_is_finish: true }
const done = event('Done', { debug_url: 'https://www.coze.com/work_flow' })
const interrupt = (data: unknown) => event('Interrupt', { interrupt_data: data, node_title: 'Question' })
const user: Message = { role: 'user', content: '杭州' }

describe('a stream of a workflow', () => {
  test('joins the pieces of a node, and sets nodes apart', () => {
    const wire = [
      piece('a', 'One'),
      piece('b', 'One', end),
      piece('c', 'One', end),
      event('PING', {}),
      piece('d', 'Two', end),
      piece('', 'Two'),
      done
    ]
    expect(replyOf(readEvents(dialect, wire))).toMatchObject({ content: 'ab\nc\nd', finishReason: 'stop' })
  })

  test('sets the runs of one node apart', () => {
    const wire = [piece('a', 'One', { node_execute_uuid: '1' }), piece('b', 'One', { node_execute_uuid: '2' }), done]
    expect(replyOf(readEvents(dialect, wire)).content).toBe('a\nb')
  })

  test('counts what it is told', () => {
    const usage = { token_count: 150, input_count: 50, output_count: 100 }
    expect(replyOf(readEvents(dialect, [piece('a', 'End', { usage }), done])).usage).toEqual({
      totalTokens: 150,
      inputTokens: 50,
      outputTokens: 100
    })
    expect(replyOf(readEvents(dialect, [piece('a', 'End', { token: 386 }), done])).usage).toEqual({ totalTokens: 386 })
    expect(replyOf(readEvents(dialect, [piece('a', 'End', { token: 0, cost: '0.00' }), done])).usage).toEqual({})
  })

  test('is not complete without its end', () => {
    expect(errorOf(() => replyOf(readEvents(dialect, [piece('a', 'End', end)])))).toMatchObject({ kind: 'truncated' })
  })

  test('is left at its error, whatever follows', () => {
    const wire = [piece('a', 'One'), event('Error', { error_code: 4000, error_message: 'Request parameter error' }), done]
    expect(errorOf(() => readEvents(dialect, wire))).toMatchObject({ kind: 'bad_request', message: 'Request parameter error' })
  })
})

describe('a workflow that waits', () => {
  test.each<[string, unknown, string]>([
    ['the question it has told', '', 'Which?'],
    ['the question it has told, once', '{"content_type":"text","content":"Again?"}', 'Which?']
  ])('asks %s', (_, data, content) => {
    const reply = replyOf(readEvents(dialect, [piece('Which?', 'Question', end), interrupt({ data, event_id: '1/2', type: 2 })]))
    expect(reply).toMatchObject({ content, finishReason: 'stop', warnings: [expect.stringContaining('resumes')] })
    expect(reply.message.providerData).toEqual({ coze: { interrupt: { event_id: '1/2', type: 2, stream: true } } })
  })

  test.each([
    ['{"content_type":"text","content":"Name?"}', 'Name?'],
    ['{"other":1}', '{"other":1}'],
    ['Name?', 'Name?']
  ])('asks with %s alone', (data, content) => {
    const interrupt_data = { data, event_id: '1/2', type: 5 }
    expect(replyOf(readEvents(dialect, [interrupt(interrupt_data)])).content).toBe(content)
    const { message } = replyOf(readWhole(dialect, [{ code: 0, interrupt_data }]).events)
    expect(message).toMatchObject({ content, providerData: { coze: { interrupt: { event_id: '1/2', type: 5, stream: false } } } })
  })

  test.each([null, {}, { event_id: '1' }, { event_id: 1, type: 2 }])('for %j cannot be read', data => {
    expect(errorOf(() => readEvents(dialect, [interrupt(data)]))).toMatchObject({ kind: 'protocol' })
  })

  test.each([
    [true, '/v1/workflow/stream_resume'],
    [false, '/v1/workflows/resume']
  ])('as a stream (%s) is resumed there, whatever is asked now', async (stream, path) => {
    const waits: Message = {
      role: 'assistant',
      content: 'Which?',
      providerData: { coze: { interrupt: { event_id: '1/2', type: 2, stream } } }
    }
    for (const mode of ['stream', 'whole'] as const) {
      const messages: Message[] = [{ role: 'user', content: 'Weather' }, waits, user]
      expect(await encode({ model: 'workflow-9', messages }, {}, mode)).toEqual({
        path,
        query: {},
        body: { workflow_id: '9', event_id: '1/2', interrupt_type: 2, resume_data: '杭州' },
        warnings: []
      })
    }
  })
})

test('a workflow that waits is not resumed without an answer', async () => {
  const waits: Message = {
    role: 'assistant',
    content: 'Which?',
    providerData: { coze: { interrupt: { event_id: '1/2', type: 2, stream: true } } }
  }
  await expect(encode({ model: 'workflow-9', messages: [user, waits] })).rejects.toMatchObject({ kind: 'bad_request', code: 'no_question' })
})

describe('a whole run', () => {
  test('answers with its output as it is', () => {
    const { events, asked } = readWhole(dialect, [{ code: 0, data: '{"output":"x"}', usage: { token_count: 2 } }])
    expect([replyOf(events), asked]).toMatchObject([{ content: '{"output":"x"}', usage: { totalTokens: 2 }, finishReason: 'stop' }, []])
    expect(replyOf(readWhole(dialect, [{ code: 0, data: '' }]).events).content).toBe('')
  })

  test.each([[[]], ['x'], [{}], [{ code: 0 }], [{ code: 0, data: 7 }]])('%j cannot be read', body => {
    expect(errorOf(() => readWhole(dialect, [body]))).toMatchObject({ kind: 'protocol', code: 'unreadable' })
  })
})

describe('what a workflow is given', () => {
  test('is the last message, and it is said what is not', async () => {
    const messages: Message[] = [
      { role: 'system', content: 'x' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      user
    ]
    const { body, warnings } = await encode({ model: 'workflow-9', messages })
    expect([body, warnings]).toEqual([
      { workflow_id: '9', parameters: { input: '杭州' } },
      [expect.stringContaining('only the last message')]
    ])
  })

  test('is text, and it is said what is left out', async () => {
    const content: Message['content'] = [
      { type: 'text', text: 'a' },
      { type: 'image', url: 'https://a.example/b.png' }
    ]
    const { body, warnings } = await encode({ model: 'workflow-9', messages: [{ role: 'user', content }] })
    expect([body['parameters'], warnings]).toEqual([{ input: 'a' }, [expect.stringContaining('only text')]])
  })

  test('has the parameters of the caller, which win', async () => {
    const extra = { parameters: { input: 'mine', days: 3 }, bot_id: '7', ext: { latitude: '39' } }
    const { body } = await encode({ model: 'workflow-9', extra, user: 'ada' }, { workflow_input: 'city' }, 'whole')
    expect(body).toEqual({
      workflow_id: '9',
      parameters: { city: 'Hi', input: 'mine', days: 3 },
      bot_id: '7',
      ext: { user_id: 'ada', latitude: '39' }
    })
  })

  test('are parameters alone where there is no message, and text where they are JSON text', async () => {
    expect((await encode({ model: 'workflow-9', messages: [], extra: { parameters: { a: 1 } } })).body['parameters']).toEqual({ a: 1 })
    expect((await encode({ model: 'workflow-9', extra: { parameters: '{"a":1}' } })).body['parameters']).toBe('{"a":1}')
  })
})
