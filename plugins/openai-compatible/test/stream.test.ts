import { describe, expect, test } from '@jest/globals'
import { delta, dialectWith, errorOf, eventsOf, replyOf } from './reading.ts'

const stop = delta({}, 'stop')

describe('the end of a stream', () => {
  test('S10: the end mark may have blanks around it and come twice; what follows it is ignored', () => {
    const decode = dialectWith().streamDecoder()
    decode({ data: JSON.stringify(delta({ content: 'a' }, 'stop')) })
    expect(decode({ data: ' [DONE] ' })).toBe('done')
    expect(decode({ data: '[DONE]' })).toBe('done')
    expect(decode({ data: 'junk' })).toBe('done')
  })

  test('N15: a reason to finish is enough, the end mark may be missing', () => {
    expect(replyOf([delta({ content: 'a' }), stop]).finishReason).toBe('stop')
  })

  test('N16: an end mark without a reason ends the reply as unknown, with a warning, and says done from then on', () => {
    const decode = dialectWith().streamDecoder()
    decode({ data: JSON.stringify(delta({ content: 'a' })) })
    const rest = decode({ data: '[DONE]' })
    expect(rest).toEqual([
      { type: 'warning', message: 'The vendor ended the reply without a reason.' },
      { type: 'finish', reason: 'unknown' }
    ])
    expect(decode({ data: '[DONE]' })).toBe('done')
  })

  test('N16: with tool calls the missing reason is tool_calls, without a warning', () => {
    const call = { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }
    const { finishReason, warnings } = replyOf([delta({ tool_calls: [call] }), '[DONE]'])
    expect([finishReason, warnings]).toEqual(['tool_calls', []])
  })

  test('N13: a body that just ends gives no finish', () => {
    expect(eventsOf([delta({ content: 'a' })]).some(({ type }) => type === 'finish')).toBe(false)
  })

  test('an end mark before anything else is no reply', () => {
    expect(errorOf(() => eventsOf(['[DONE]']))).toMatchObject({ kind: 'protocol', code: 'empty' })
  })

  test('a reply of nothing but an end is flagged as empty', () => {
    expect(replyOf([delta({ role: 'assistant', content: '' }), stop]).warnings).toEqual(['The reply is empty.'])
  })
})

describe('finish reasons', () => {
  test.each([
    ['stop', 'stop', undefined],
    ['eos', 'stop', 'eos'],
    ['length', 'length', undefined],
    ['model_length', 'length', 'model_length'],
    ['content_filter', 'content_filter', undefined],
    ['sensitive', 'content_filter', 'sensitive'],
    ['tool_calls', 'stop', 'tool_calls'],
    ['brand_new_word', 'unknown', 'brand_new_word'],
    ['constructor', 'unknown', 'constructor']
  ])('S17, H32: %s without tool calls is %s', (word, reason, raw) => {
    const reply = replyOf([delta({ content: 'a' }), delta({}, word)])
    expect([reply.finishReason, reply.rawFinishReason]).toEqual([reason, raw])
  })

  test.each([
    ['tool_calls', undefined],
    ['function_call', 'function_call'],
    ['stop', 'stop']
  ])('S17: %s with tool calls is tool_calls', (word, raw) => {
    const call = { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }
    const reply = replyOf([delta({ tool_calls: [call] }), delta({}, word)])
    expect([reply.finishReason, reply.rawFinishReason]).toEqual(['tool_calls', raw])
  })

  test('null, an empty text and a missing key give no reason and take none back', () => {
    const events = eventsOf([delta({ content: 'a' }, null), delta({}, ''), delta({}, 'length'), delta({}, null), delta({}, 'length')])
    expect(events.filter(({ type }) => type === 'finish')).toEqual([{ type: 'finish', reason: 'length' }])
  })

  test.each([
    ['network_error', 'server', true],
    ['error', 'server', true],
    ['insufficient_system_resource', 'overloaded', true],
    ['model_context_window_exceeded', 'context_length', false]
  ])('H30, H31: %s is a failure', (word, kind, retryable) => {
    expect(errorOf(() => eventsOf([delta({ content: 'a' }), delta({}, word)]))).toMatchObject({ kind, retryable, vendorCode: word })
  })

  test('a refusal is text and ends as content_filter', () => {
    const reply = replyOf([delta({ refusal: 'I ' }), delta({ refusal: 'cannot.' }), stop])
    expect([reply.content, reply.finishReason, reply.rawFinishReason]).toEqual(['I cannot.', 'content_filter', 'stop'])
  })
})

describe('chunks', () => {
  test('S12, S18: choices may be empty, null or missing; content null, empty, absent or an array', () => {
    const reply = replyOf([
      { id: '', model: '', choices: [], prompt_filter_results: [{}] },
      { id: 'x', model: 'm-2', choices: null },
      { id: 'x', model: 'm-2' },
      delta({ role: 'assistant', content: null, tool_calls: null }),
      delta({ role: null, content: '' }),
      delta({}),
      { ...(delta({}) as object), choices: [null, 'x', { index: 0 }] },
      delta({ content: 'He' }),
      delta({ content: [{ type: 'text', text: 'llo' }, null, { type: 'reference' }] }),
      stop,
      '[DONE]'
    ])
    expect([reply.content, reply.model, reply.id, reply.finishReason]).toEqual(['Hello', 'm-2', 'x', 'stop'])
  })

  test('S13: of several choices only the first is read, with one warning', () => {
    const second = { index: 1, delta: { content: 'no' }, finish_reason: 'length' }
    const reply = replyOf([
      { model: 'm', choices: [second] },
      { model: 'm', choices: [{ index: 0, delta: { content: 'yes' } }, second] },
      stop
    ])
    expect([reply.content, reply.finishReason, reply.warnings]).toEqual([
      'yes',
      'stop',
      ['The vendor sent several choices; only the first is read.']
    ])
  })

  test('S11: what is no JSON is an error that names the event', () => {
    expect(errorOf(() => eventsOf([delta({ content: 'a' }), '{"id":']))).toMatchObject({
      kind: 'protocol',
      message: expect.stringContaining('Event 2')
    })
    expect(errorOf(() => eventsOf(['[1]']))).toMatchObject({ kind: 'protocol' })
  })

  test('S19: hostile keys pollute nothing', () => {
    const text =
      '{"model":"m","__proto__":{"polluted":1},"choices":[{"index":0,"delta":{"__proto__":{"polluted":1},"content":"a","reasoning_details":[{"type":"t","__proto__":{"polluted":1}}]}}]}'
    eventsOf([text, text, stop])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('a whole message in a stream is read once, and not again beside a delta', () => {
    const whole = { model: 'm', choices: [{ index: 0, message: { content: 'all' }, finish_reason: 'stop' }] }
    expect(replyOf([whole]).content).toBe('all')
    const last = {
      model: 'm',
      object: 'chat.completion.done',
      choices: [{ message: { content: 'all' }, delta: { content: '' }, finish_reason: 'stop' }]
    }
    expect(replyOf([delta({ content: 'al' }), delta({ content: 'l' }), last]).content).toBe('all')
  })

  test('citations of all vendors are told once each', () => {
    const source = { url: 'https://a.example', title: 'A' }
    const chunk = {
      ...(delta({ content: 'x' }) as object),
      search_results: [source],
      citations: ['https://a.example', 'https://b.example', 7]
    }
    const annotated = delta({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://c.example' } }, null] })
    const searched = { ...(delta({}) as object), web_search: [{ link: 'https://d.example', title: 'D' }] }
    expect(replyOf([chunk, chunk, annotated, searched, stop]).citations).toEqual([
      source,
      { url: 'https://b.example' },
      { url: 'https://c.example' },
      { url: 'https://d.example', title: 'D' }
    ])
  })

  test('the transcript of an audio answer is its text', () => {
    expect(replyOf([delta({ audio: { id: 'a', transcript: 'Hi' } }), delta({ audio: { data: 'AAAA' } }), stop]).content).toBe('Hi')
  })
})

describe('usage', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 }
  const told = { inputTokens: 5, outputTokens: 3, totalTokens: 8 }

  test.each([
    ['beside the reason to finish', [{ ...(stop as object), usage }]],
    ['in a chunk of its own', [stop, { model: 'm', choices: [], usage }]],
    [
      'in every chunk, the last counts',
      [
        { ...(delta({ content: 'a' }) as object), usage: { ...usage, completion_tokens: 1 } },
        { ...(stop as object), usage }
      ]
    ],
    ['inside the choice', [{ model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }]],
    ['in a field of Groq', [{ ...(stop as object), x_groq: { id: 'r', usage } }]]
  ])('is read %s', (_, chunks) => {
    expect(replyOf([delta({ content: 'a' }), ...chunks, '[DONE]']).usage).toEqual(told)
  })

  test.each([
    [{ prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 1 } }, { cachedTokens: 2, cacheWriteTokens: 1 }],
    [{ prompt_cache_hit_tokens: 4 }, { cachedTokens: 4 }],
    [{ cached_tokens: 4, completion_tokens_details: null }, { cachedTokens: 4 }],
    [{ completion_tokens_details: { reasoning_tokens: 64 } }, { reasoningTokens: 64 }],
    [{ reasoning_tokens: 6 }, { reasoningTokens: 6 }],
    [
      { prompt_tokens: 7, completion_tokens: 2, total_tokens: 334 },
      { inputTokens: 7, outputTokens: 2, totalTokens: 334 }
    ],
    [{ prompt_tokens: -1, completion_tokens: '12', total_tokens: 1.5, reasoning_tokens: null }, {}],
    [{ prompt_tokens: 1e300, completion_tokens: 3 }, { outputTokens: 3 }]
  ])('S21: %j is %j', (raw, expected) => {
    expect(replyOf([{ ...(stop as object), usage: raw }]).usage).toEqual(expected)
  })

  test('S21: missing usage stays absent', () => {
    expect(replyOf([{ ...(stop as object), usage: null }]).usage).toEqual({})
  })
})

describe('failures inside a stream that began with 200', () => {
  test.each([
    [
      'OpenRouter',
      {
        id: 'g',
        provider: 'X',
        error: { code: 400, message: 'Token limit reached' },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }]
      },
      'bad_request',
      '400'
    ],
    [
      'a choice of OpenRouter',
      { choices: [{ index: 0, error: { code: 502, message: 'Bad gateway' }, finish_reason: 'error' }] },
      'server',
      '502'
    ],
    ['Zhipu, H29', { error: { code: '1305', message: 'busy' } }, 'overloaded', '1305'],
    [
      'llama.cpp',
      { error: { code: 400, message: 'the request exceeds the available context size', type: 'invalid_request_error' } },
      'context_length',
      '400'
    ],
    ['a text', { error: 'out of memory' }, 'server', undefined],
    ['a code and a message', { code: 429, message: 'slow' }, 'rate_limit', '429'],
    ['an empty error object, N34', { error: {} }, 'server', undefined],
    ['success: false, N34', { success: false }, 'server', undefined],
    ['only a code, N34', { code: 50_501 }, 'server', '50501']
  ])('H31: %s', (_, chunk, kind, vendorCode) => {
    expect(errorOf(() => eventsOf([delta({ content: 'a' }), chunk]))).toMatchObject({ kind, vendorCode, status: undefined })
  })

  test.each([
    [
      '{"error":{"message":"Tool choice is required","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"","status_code":400}}',
      'bad_request',
      'Tool choice is required'
    ],
    [
      '{"error":{"message":"Input does not fit in context length."},"message":"Input does not fit in context length."}',
      'context_length',
      'Input does not fit in context length.'
    ],
    ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'overloaded', 'Overloaded'],
    ['it broke', 'server', 'it broke'],
    ['', 'server', 'The vendor told of an error and did not say which.']
  ])('H31: an event named error: %s', (data, kind, message) => {
    const decode = dialectWith().streamDecoder()
    expect(errorOf(() => decode({ event: 'error', data }))).toMatchObject({ kind, message })
  })

  test('keeps the usage that the error chunk tells', () => {
    const chunk = { error: { code: 400, message: 'x' }, usage: { prompt_tokens: 3 } }
    expect(errorOf(() => eventsOf([chunk]))).toMatchObject({ usage: { inputTokens: 3 } })
  })
})
