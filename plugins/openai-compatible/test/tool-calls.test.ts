import { describe, expect, test } from '@jest/globals'
import { delta, errorOf, eventsOf, replyOf, wholeReplyOf } from './reading.ts'

const end = delta({}, 'tool_calls')

function piece(fields: { index?: number; id?: unknown; name?: unknown; args?: unknown; type?: string }): unknown {
  const { index, id, name, args, type } = fields
  return {
    ...(index !== undefined && { index }),
    ...(id !== undefined && { id }),
    ...(type !== undefined && { type }),
    function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) }
  }
}

/** Each list is one chunk. */
function callsOf(...chunks: readonly unknown[][]) {
  return replyOf([...chunks.map(pieces => delta({ tool_calls: pieces })), end]).toolCalls
}

const paris = { id: 'a', name: 'weather', arguments: '{"city":"Paris"}' }
const now = { id: 'b', name: 'now', arguments: '{}' }

describe('tool calls in a stream', () => {
  test.each<[string, unknown[][], unknown]>([
    [
      'OpenAI: id and name first, then arguments',
      [
        [piece({ index: 0, id: 'a', type: 'function', name: 'weather', args: '' })],
        [piece({ index: 0, args: '{"city":' })],
        [piece({ index: 0, args: '"Paris"}' })]
      ],
      [paris]
    ],
    ['a whole call in one piece', [[piece({ index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' })]], [paris]],
    [
      'no index (Mistral)',
      [[piece({ id: 'a', name: 'weather', args: '{"city":"Paris"}' }), piece({ id: 'b', name: 'now', args: '{}' })]],
      [paris, now]
    ],
    ['the first index is 1', [[piece({ index: 1, id: 'a', name: 'weather' })], [piece({ index: 1, args: '{"city":"Paris"}' })]], [paris]],
    [
      'two calls by turns',
      [
        [piece({ index: 0, id: 'a', name: 'weather', args: '' }), piece({ index: 1, id: 'b', name: 'now', args: '' })],
        [piece({ index: 1, args: '{' }), piece({ index: 0, args: '{"city":' })],
        [piece({ index: 0, args: '"Paris"}' }), piece({ index: 1, args: '}' })]
      ],
      [paris, now]
    ],
    [
      'an empty id and name later (Alibaba)',
      [
        [piece({ index: 0, id: 'a', name: 'weather', args: '{"city":' })],
        [piece({ index: 0, id: '', name: '', args: '"Paris"}' })],
        [piece({ index: 0, id: '', args: '' })],
        [piece({ index: 1, id: '', name: '', args: '' })]
      ],
      [paris]
    ],
    [
      'a new id in each piece of one index (old GLM-4)',
      [
        [piece({ index: 0, id: 'a', name: 'weather', args: '' })],
        [piece({ index: 0, id: 'x', name: 'weather', args: '{"city":' })],
        [piece({ index: 0, id: 'y', args: '"Paris"}' })]
      ],
      [paris]
    ],
    [
      'S14: one index for two whole calls',
      [[piece({ index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' })], [piece({ index: 0, id: 'b', name: 'now', args: '{}' })]],
      [paris, now]
    ],
    [
      'S14: the same, of one tool',
      [[piece({ index: 0, id: 'a', name: 'now', args: '{}' })], [piece({ index: 0, id: 'b', name: 'now', args: '{}' })]],
      [{ ...now, id: 'a' }, now]
    ],
    [
      'S14: the same, without ids',
      [[piece({ index: 0, name: 'now', args: '{}' })], [piece({ index: 0, name: 'now', args: '{}' })]],
      [
        { ...now, id: 'call_0' },
        { ...now, id: 'call_1' }
      ]
    ],
    [
      'S14: the same, without arguments',
      [[piece({ index: 0, id: 'b', name: 'now' })], [piece({ index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' })]],
      [now, paris]
    ],
    [
      'S14: a name in pieces',
      [[piece({ index: 0, id: 'a', name: 'wea' })], [piece({ index: 0, name: 'ther' })], [piece({ index: 0, args: '{"city":"Paris"}' })]],
      [paris]
    ],
    [
      'S14: a name that is sent again',
      [
        [piece({ index: 0, id: 'a', name: 'weather', args: '{"city":' })],
        [piece({ index: 0, id: 'a', name: 'weather', args: '"Paris"}' })]
      ],
      [paris]
    ],
    [
      'S14: a call that is sent again',
      [
        [piece({ index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' })],
        [piece({ index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' })]
      ],
      [paris]
    ],
    [
      'S14: an id that comes late',
      [[piece({ index: 0, name: 'weather', args: '{"city":' })], [piece({ index: 0, id: 'a', args: '"Paris"}' })]],
      [paris]
    ],
    [
      'S14: one id for two calls',
      [[piece({ index: 0, id: '0', name: 'now', args: '{}' }), piece({ index: 1, id: '0', name: 'now', args: '{}' })]],
      [
        { ...now, id: '0' },
        { ...now, id: 'call_1' }
      ]
    ],
    [
      'no ids at all (Gemini facade)',
      [[piece({ index: 0, id: '', name: 'now', args: '{}' })], [piece({ index: 1, id: '', name: 'now', args: '{}' })]],
      [
        { ...now, id: 'call_0' },
        { ...now, id: 'call_1' }
      ]
    ],
    [
      'neither id nor index',
      [[piece({ name: 'now' })], [piece({ name: 'weather', args: '{"city":' })], [piece({ args: '"Paris"}' })]],
      [
        { ...now, id: 'call_0' },
        { ...paris, id: 'call_1' }
      ]
    ],
    ['S15: arguments as an object', [[piece({ index: 0, id: 'a', name: 'weather', args: { city: 'Paris' } })]], [paris]],
    [
      'S15: invalid arguments are handed on as they are',
      [[piece({ index: 0, id: 'a', name: 'weather', args: '{"city":' })]],
      [{ ...paris, arguments: '{"city":' }]
    ]
  ])('%s', (_, chunks, expected) => {
    expect(callsOf(...chunks)).toEqual(expected)
  })

  test.each<[string, unknown[]]>([
    ['"" then "{}"', ['', '{}']],
    ['"{}" only', ['{}']],
    ['absent then "{}"', [undefined, '{}']],
    ['null', [null]],
    ['absent', [undefined]]
  ])('a call without arguments may send %s', (_, [first, ...rest]) => {
    const chunks = [[piece({ index: 0, id: 'b', name: 'now', args: first })], ...rest.map(args => [piece({ index: 0, args })])]
    expect(callsOf(...chunks)).toEqual([now])
  })

  test('S14: a call without a name is an error', () => {
    expect(errorOf(() => callsOf([piece({ index: 0, id: 'a', args: '{}' })]))).toMatchObject({ kind: 'protocol', code: 'tool_call' })
  })

  test('S14: arguments of two calls that cannot be told apart are an error', () => {
    const mixed = () =>
      callsOf([piece({ index: 0, id: 'a', name: 'weather', args: '{"ci' })], [piece({ index: 0, name: 'now', args: 'ty"' })])
    expect(errorOf(mixed)).toMatchObject({ kind: 'protocol', code: 'tool_call' })
  })

  test('arguments arrive as they come, name and id with the first of them', () => {
    const events = eventsOf([
      delta({ tool_calls: [piece({ index: 3, id: 'a', name: 'weather', args: '' })] }),
      delta({ tool_calls: [piece({ index: 3, args: '{"ci' })] }),
      delta({ tool_calls: [piece({ index: 3, args: 'ty":1}' })] })
    ])
    expect(events.slice(1)).toEqual([
      { type: 'tool_call', index: 0, id: 'a', name: 'weather', arguments: '{"ci' },
      { type: 'tool_call', index: 0, arguments: 'ty":1}' }
    ])
  })

  test('the older function_call is a tool call', () => {
    const reply = replyOf([
      delta({ content: null, function_call: { name: 'weather', arguments: '' } }),
      delta({ function_call: { arguments: '{"city":"Paris"}' } }),
      delta({}, 'function_call')
    ])
    expect([reply.toolCalls, reply.finishReason]).toEqual([[{ ...paris, id: 'call_0' }], 'tool_calls'])
  })

  test('what a vendor hangs on a call is kept by the position of the call', () => {
    const extra = { google: { thought_signature: 's' } }
    const call = { ...(piece({ index: 1, id: 'b', name: 'now', args: '{}' }) as object), extra_content: extra }
    const reply = replyOf([delta({ tool_calls: [piece({ index: 0, id: 'a', name: 'weather', args: '{}' }), call] }), end])
    expect(reply.message.providerData).toEqual({ extra_content: { 1: extra } })
  })
})

describe('tool calls in a whole reply', () => {
  const reply = (message: unknown, finish: unknown = 'tool_calls') =>
    wholeReplyOf({ model: 'm', choices: [{ index: 0, message, finish_reason: finish }] })

  test.each<[string, unknown, unknown]>([
    ['with content absent', { tool_calls: [piece({ id: 'a', name: 'weather', args: '{"city":"Paris"}' })] }, [paris]],
    ['with empty arguments', { content: null, tool_calls: [piece({ id: 'b', name: 'now', args: '' })] }, [now]],
    [
      'that all have index 0 and no id',
      { tool_calls: [piece({ index: 0, id: '', name: 'now' }), piece({ index: 0, id: '', name: 'now' })] },
      [
        { ...now, id: 'call_0' },
        { ...now, id: 'call_1' }
      ]
    ],
    ['in the older form', { function_call: { name: 'weather', arguments: '{"city":"Paris"}' } }, [{ ...paris, id: 'call_0' }]]
  ])('are read %s', (_, message, expected) => {
    expect(reply(message).toolCalls).toEqual(expected)
  })

  test.each(['', null, 'stop', undefined])('end as tool_calls when the reason is %j', finish => {
    expect(reply({ tool_calls: [piece({ id: 'b', name: 'now' })] }, finish).finishReason).toBe('tool_calls')
  })
})
