import { describe, expect, test } from '@jest/globals'
import { delta, eventsOf, replyOf, wholeReplyOf } from './reading.ts'

const stop = delta({}, 'stop')

describe('reasoning', () => {
  test.each([
    [
      'reasoning_content',
      [{ reasoning_content: '' }, { content: null, reasoning_content: 'Hm' }, { reasoning_content: null, content: '4' }]
    ],
    [
      'reasoning',
      [
        { reasoning: 'Hm', content: '' },
        { reasoning: null, content: '4' }
      ]
    ],
    ['both, one empty', [{ reasoning_content: '', reasoning: 'Hm' }, { content: '4' }]],
    [
      'the same text twice in one chunk',
      [{ reasoning: 'Hm', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }, { content: '4' }]
    ],
    [
      'only reasoning_details',
      [
        { reasoning_details: [{ type: 'reasoning.text', text: 'H' }] },
        { reasoning_details: [{ type: 'reasoning.summary', summary: 'm' }] },
        { content: '4' }
      ]
    ],
    [
      'a content array',
      [
        { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'H' }] }] },
        {
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'm' }], closed: true },
            { type: 'text', text: '4' }
          ]
        }
      ]
    ],
    ['a thinking text', [{ content: [{ type: 'thinking', thinking: 'Hm' }] }, { content: '4' }]]
  ])('S23: %s is a channel of its own', (_, deltas) => {
    const reply = replyOf([...deltas.map(fields => delta(fields)), stop])
    expect([reply.reasoning, reply.content]).toEqual(['Hm', '4'])
    const joined = Object.fromEntries(
      deltas.flatMap(fields => Object.entries(fields)).filter(([, value]) => value !== '' && value !== null)
    )
    if (deltas.length === 1) expect(wholeReplyOf({ choices: [{ message: joined, finish_reason: 'stop' }] }).reasoning).toBe('Hm')
  })

  test('an empty reasoning text makes no event', () => {
    expect(eventsOf([delta({ reasoning_content: '', reasoning_details: [] })]).map(({ type }) => type)).toEqual(['start'])
  })

  test('reasoning_details of a stream are put together for the next request', () => {
    const detail = (fields: object) => delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, format: 'f', ...fields }] })
    const encrypted = { type: 'reasoning.encrypted', index: 1, data: 'AA==' }
    const reply = replyOf([
      detail({ text: 'A', signature: null }),
      detail({ text: 'B' }),
      detail({ text: '', signature: 'sig' }),
      delta({ reasoning_details: [encrypted, { ...encrypted, data: 'BB==' }] }),
      stop,
      delta({}, 'stop')
    ])
    expect(reply.message.providerData).toEqual({
      reasoning_details: [
        { type: 'reasoning.text', index: 0, format: 'f', text: 'AB', signature: 'sig' },
        encrypted,
        { ...encrypted, data: 'BB==' }
      ]
    })
  })

  test('reasoning_details that come after the reason to finish are not lost', () => {
    const late = delta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'AA==' }] })
    expect(replyOf([delta({ content: 'a' }), stop, late, '[DONE]']).message.providerData).toEqual({
      reasoning_details: [{ type: 'reasoning.encrypted', data: 'AA==' }]
    })
  })

  test('reasoning_details of a whole reply stay as they are', () => {
    const details = [
      { type: 'reasoning.text', text: 'A', index: 0 },
      { type: 'reasoning.text', text: 'B', index: 0 }
    ]
    const reply = wholeReplyOf({
      choices: [{ message: { content: 'x', reasoning: 'AB', reasoning_details: details }, finish_reason: 'stop' }]
    })
    expect(reply.reasoning).toBe('AB')
    expect(reply.message.providerData).toEqual({ reasoning_details: details })
  })
})

describe('think tags', () => {
  const thinkTags = { thinkTags: true }

  test.each([
    ['<think>Hm\n</think>\n\nFour', 'Hm\n', 'Four'],
    ['\n <think>Hm</think>Four', 'Hm', 'Four'],
    ['<think></think>Four', '', 'Four'],
    ['Four <think>no</think>', '', 'Four <think>no</think>'],
    ['<thinker>', '', '<thinker>'],
    ['<think>cut', 'cut', ''],
    ['<think>a < b </thin k></think>c', 'a < b </thin k>', 'c'],
    ['<thi', '', '<thi'],
    ['  ', '', '  ']
  ])('%j is split the same wherever it is cut', (text, reasoning, content) => {
    for (let cut = 0; cut <= text.length; cut++) {
      const reply = replyOf([delta({ content: text.slice(0, cut) }), delta({ content: text.slice(cut) }), stop], thinkTags)
      expect([reply.reasoning, reply.content]).toEqual([reasoning, content])
    }
    const letters = replyOf(
      text
        .split('')
        .map(letter => delta({ content: letter }))
        .concat(stop),
      thinkTags
    )
    expect([letters.reasoning, letters.content]).toEqual([reasoning, content])
    const whole = wholeReplyOf({ choices: [{ message: { content: text }, finish_reason: 'stop' }] }, thinkTags)
    expect([whole.reasoning, whole.content]).toEqual([reasoning, content])
  })

  test('are text where nobody said otherwise', () => {
    expect(replyOf([delta({ content: '<think>Hm</think>Four' }), stop]).content).toBe('<think>Hm</think>Four')
  })
})
