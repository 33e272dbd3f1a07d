const parts = [
  { type: 'text', text: 'What is this?' },
  { type: 'image_url', image_url: { url: 'https://pictures.example/cat.png', detail: 'low' } },
  { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
  { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'cat.pdf' } }
]
const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } }
const parameters = { type: 'object', properties: { city: { type: 'string', description: 'Where.' } } }
const sampling = { temperature: 1, top_p: 1, max_tokens: 50, stop: ['end'], n: 1, stream: false, stream_options: { include_usage: true } }

const blocks = [
  { type: 'text', text: 'What is this?' },
  { type: 'image', source: { type: 'url', url: 'https://pictures.example/cat.png' } },
  { type: 'document', source: { type: 'url', url: 'https://pictures.example/cat.pdf' }, title: 'Cats', context: 'About cats.' },
  { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
  { type: 'search_result', source: 'https://pictures.example', title: 'Cats', content: [{ type: 'text', text: 'A cat.' }] }
]

const messages = {
  model: 'vendor/m1',
  max_tokens: 50,
  system: [{ type: 'text', text: 'Be brief.' }],
  messages: [
    { role: 'user', content: blocks },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Paris' } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'Rain.' }] }] }
  ],
  tools: [{ name: 'weather', description: 'Tells the weather.', input_schema: parameters }],
  tool_choice: { type: 'tool', name: 'weather' },
  metadata: { user_id: 'ann' },
  stop_sequences: ['end'],
  stream: false
}

const talk = { message: 'Hello?', provider: 'vendor', model: 'm1', agent: 'assistant', system: 'Be brief.', tools: [] }

const limits = {
  models: ['vendor/*'],
  budgets: [{ per: 'day', limit: '20 CNY' }],
  requestsPerMinute: 5,
  tokensPerMinute: 500,
  parallel: 5,
  expiresAt: '2999-01-01T00:00:00Z'
}

/** A body for each route that takes one, with every text that it knows a place for. By method and path, as the OpenAPI document has them. */
export const goodBodies: Readonly<Record<string, object>> = {
  'POST /v1/chat/completions': {
    model: 'vendor/m1',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: parts, name: 'ann' },
      { role: 'assistant', content: 'Let me see.', tool_calls: [call], reasoning_content: 'Hm.' },
      { role: 'tool', tool_call_id: 'call_1', content: 'Rain.' }
    ],
    tools: [{ type: 'function', function: { name: 'weather', description: 'Tells the weather.', parameters } }],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    response_format: { type: 'json_schema', json_schema: { name: 'answer', description: 'The answer.', schema: parameters } },
    reasoning_effort: 'low',
    user: 'ann',
    metadata: { note: 'of the client' },
    ...sampling
  },
  'POST /v1/completions': { model: 'vendor/m1', prompt: ['Once upon a time'], user: 'ann', ...sampling },
  'POST /v1/embeddings': { model: 'vendor/m1', input: ['Hello'], encoding_format: 'float', dimensions: 8, user: 'ann' },
  'POST /v1/messages': messages,
  'POST /v1/messages/count_tokens': messages,
  'POST /api/chat': talk,
  'POST /api/chat/stream': talk,
  'PATCH /api/conversations/{id}': { title: 'Weather' },
  'POST /admin/keys': { name: 'ci', role: 'client', ...limits },
  'PATCH /admin/keys/{name}': limits,
  'POST /admin/keys/{name}/rotate': { graceSeconds: 60 }
}

/** Copies of a body, each with another text in one of the places that have one. */
export function* withEachText(body: unknown, text: string): Generator<unknown, void> {
  if (typeof body === 'string') yield text
  if (Array.isArray(body)) {
    for (const [index, item] of body.entries()) for (const other of withEachText(item, text)) yield body.with(index, other)
  } else if (typeof body === 'object' && body !== null) {
    for (const [name, value] of Object.entries(body)) for (const other of withEachText(value, text)) yield { ...body, [name]: other }
  }
}

/** Copies of a body, each with one more field: at its top, and in each object in it. */
export function* withEachField(body: unknown, field: string, value: unknown): Generator<unknown, void> {
  if (Array.isArray(body)) {
    for (const [index, item] of body.entries()) for (const other of withEachField(item, field, value)) yield body.with(index, other)
  } else if (typeof body === 'object' && body !== null) {
    yield { ...body, [field]: value }
    for (const [name, inner] of Object.entries(body)) {
      for (const other of withEachField(inner, field, value)) yield { ...body, [name]: other }
    }
  }
}
