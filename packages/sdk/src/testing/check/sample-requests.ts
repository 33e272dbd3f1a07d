import type { ChatRequest } from '../../request.ts'

/** Requests every dialect must take, or refuse with a `ProviderError`. */
export const sampleRequests: Readonly<Record<string, ChatRequest>> = {
  'a question': { model: 'some-model', messages: [{ role: 'user', content: 'Hello, 世界 🌍\u2028"\\' }] },
  'every option': {
    model: 'some-model',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?', name: 'ada' }
    ],
    temperature: 0.5,
    topP: 0.9,
    maxTokens: 100,
    stop: ['END', 'STOP'],
    seed: 7,
    presencePenalty: 0.1,
    frequencyPenalty: 0.2,
    tools: [
      {
        name: 'weather',
        description: 'The weather of a city',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
      },
      { name: 'now', strict: true }
    ],
    toolChoice: { name: 'weather' },
    parallelToolCalls: false,
    responseFormat: { type: 'json_schema', name: 'answer', schema: { type: 'object', properties: {} }, strict: true },
    reasoningEffort: 'low',
    user: 'user-0001',
    extra: { vendor_field: { nested: [1, null, true] } },
    headers: { HTTP_Referer: 'https://example.com', X_Title: 'check' }
  },
  'a conversation with tools': {
    model: 'some-model',
    messages: [
      { role: 'user', content: 'Weather in Paris and the time?' },
      {
        role: 'assistant',
        content: '',
        reasoning: 'Two tools.',
        toolCalls: [
          { id: 'call_1', name: 'weather', arguments: '{"city":"Paris"}' },
          { id: 'call_2', name: 'now', arguments: 'not json' }
        ],
        providerData: { some: { opaque: 'value' } }
      },
      { role: 'tool', toolCallId: 'call_1', name: 'weather', content: 'sunny' },
      { role: 'tool', toolCallId: 'call_2', content: [{ type: 'text', text: 'noon' }] }
    ],
    tools: [{ name: 'weather' }, { name: 'now' }],
    toolChoice: 'required',
    responseFormat: { type: 'json' }
  },
  'content parts': {
    model: 'some-model',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' },
          { type: 'image', url: 'https://example.com/cat.png' },
          { type: 'audio', data: 'UklGRg==', format: 'wav' },
          { type: 'file', url: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' }
        ]
      }
    ]
  },
  'nothing at all': { model: '', messages: [] }
}
