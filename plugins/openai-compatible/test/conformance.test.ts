import { test } from '@jest/globals'
import { assertDialect, type CheckOptions, type Fixture } from '@resoftai/sdk/testing'
import plugin from '../src/index.ts'

const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13, prompt_tokens_details: { cached_tokens: 2 } }
const reported = { inputTokens: 9, outputTokens: 4, totalTokens: 13, cachedTokens: 2 }

function stream(chunks: readonly unknown[], { end = 'data: [DONE]\n\n', newline = '\n' } = {}): string {
  const body = chunks.map(one => `data: ${JSON.stringify(one)}\n\n`).join('') + end
  return body.replaceAll('\n', newline)
}

function chunk(delta: object, finish: string | null = null, more: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm-1',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more
  }
}

function whole(message: object, finish: string): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'm-1',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
    usage
  }
}

const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"巴黎"}' } }

const fixtures: readonly Fixture[] = [
  {
    name: 'text',
    body: stream([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: '你好 ' }),
      chunk({ content: '🌍' }),
      chunk({}, 'stop'),
      { id: 'chatcmpl-1', model: 'm-1', choices: [], usage }
    ]),
    expect: { content: '你好 🌍', reasoning: '', toolCalls: [], finishReason: 'stop', usage: reported }
  },
  {
    name: 'whole text',
    json: whole({ content: '你好 🌍' }, 'stop'),
    expect: { content: '你好 🌍', finishReason: 'stop', usage: reported }
  },
  {
    name: 'reasoning and a tool',
    body: stream([
      chunk({ role: 'assistant', content: null, reasoning_content: '' }),
      chunk({ content: null, reasoning_content: 'Weather.' }),
      chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '"巴黎"}' } }] }),
      chunk({}, 'tool_calls', { usage })
    ]),
    expect: {
      content: '',
      reasoning: 'Weather.',
      toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"巴黎"}' }],
      finishReason: 'tool_calls',
      usage: reported
    }
  },
  {
    name: 'whole reasoning and a tool',
    json: whole({ content: null, reasoning_content: 'Weather.', tool_calls: [call] }, 'tool_calls'),
    expect: { reasoning: 'Weather.', toolCalls: [{ id: 'call_1', name: 'weather' }], finishReason: 'tool_calls' }
  },
  {
    name: 'Perplexity',
    body: stream(
      [
        chunk({ role: 'assistant', content: 'a' }, null, { usage: { prompt_tokens: 9 } }),
        chunk({ content: 'b' }, 'stop', { usage, citations: ['https://a.example'] })
      ],
      { end: '', newline: '\r\n' }
    ),
    expect: { content: 'ab', finishReason: 'stop', usage: reported }
  },
  { name: 'cut', body: stream([chunk({ content: 'a' })], { end: '' }), expect: { errorKind: 'truncated' } },
  {
    name: 'an error inside',
    body: `${stream([chunk({ content: 'a' })], { end: '' })}event: error\ndata: {"error":{"message":"x","code":"server_is_overloaded"}}\n\n`,
    expect: { errorKind: 'overloaded' }
  },
  { name: 'an error answer', status: 429, json: { error: { message: 'x', code: 'insufficient_quota' } }, expect: { errorKind: 'quota' } },
  { name: 'an error page', status: 502, body: '<html>502</html>', expect: { errorKind: 'server' } },
  { name: 'a failure with 200', json: { code: 4101, msg: 'x' }, expect: { errorKind: 'auth' } }
]

const options: CheckOptions = {
  config: { api_base: 'https://service.example/v1' },
  secrets: ['api_key'],
  fixtures,
  pairs: [
    { stream: 'text', whole: 'whole text' },
    { stream: 'reasoning and a tool', whole: 'whole reasoning and a tool' }
  ],
  goldens: [
    {
      name: 'a stream',
      request: {
        model: 'm',
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'Hi' }
        ],
        temperature: 0.5,
        maxTokens: 5,
        headers: { HTTP_Referer: 'https://a.example' }
      },
      mode: 'stream',
      expect: {
        url: 'https://service.example/v1/chat/completions',
        headers: { Authorization: 'Bearer {{secret:api_key}}', 'HTTP-Referer': 'https://a.example' },
        body: {
          model: 'm',
          messages: [
            { role: 'system', content: 's' },
            { role: 'user', content: 'Hi' }
          ],
          temperature: 0.5,
          max_tokens: 5,
          stream: true,
          stream_options: { include_usage: true }
        }
      }
    }
  ]
}

test.each([
  ['as it is', {}],
  ['with think tags', { think_tags: true }],
  ['in the older form of tools', { tool_style: 'functions', json_modes: [] }]
])('the dialect conforms %s', async (_, quirks) => {
  await assertDialect(plugin, { ...options, config: { ...options.config, ...quirks } })
})
