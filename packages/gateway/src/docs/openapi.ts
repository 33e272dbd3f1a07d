import { schemas } from './schemas.ts'

type Json = Readonly<Record<string, unknown>>

const json = (name: string, description = 'The answer.'): Json => ({
  description,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
})

const text = (type: string, description: string): Json => ({ description, content: { [type]: { schema: { type: 'string' } } } })

const body = (name: string, required = true): Json => ({
  required,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
})

const failure = { default: { $ref: '#/components/responses/Error' } }
const keyed = [{ bearer: [] }, { apiKey: [] }]
const adminOnly = [{ bearer: [] }]

const client = (tag: string, summary: string, more: Json): Json => ({ tags: [tag], summary, security: keyed, ...more })
const admin = (summary: string, more: Json): Json => ({ tags: ['Admin'], summary, security: adminOnly, ...more })
const open = (summary: string, more: Json): Json => ({ tags: ['Operation'], summary, security: [], ...more })

const query = (name: string, description: string): Json => ({ name, in: 'query', description, schema: { type: 'string' } })
const inPath = (name: string, description: string): Json => ({ name, in: 'path', required: true, description, schema: { type: 'string' } })

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Who sends the same request again with the same key gets the answer of the first.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]*$' }
}

/** One that is answered once with an `Idempotency-Key`. */
const once = (tag: string, summary: string, { responses, ...more }: Json & { readonly responses: Json }): Json =>
  client(tag, summary, {
    parameters: [idempotencyKey],
    ...more,
    responses: {
      ...responses,
      409: json('Error', 'A request with this Idempotency-Key, or another message of this conversation, is being answered.'),
      422: json('Error', 'This Idempotency-Key was sent with another body, or its answer was too large to be kept.')
    }
  })

const named = [inPath('name', 'The name of the key.')]
const keyAnswer = { 200: json('Key'), ...failure }

/** A whole answer, or the same in pieces. */
const answer = (whole: string): Json => ({
  200: {
    description:
      'With `stream: true` the pieces as server-sent events; with those of OpenAI `data: [DONE]` is the last. After an error nothing follows.',
    headers: {
      'x-resoftai-request-id': { $ref: '#/components/headers/RequestId' },
      'x-resoftai-provider': { $ref: '#/components/headers/Provider' }
    },
    content: {
      'application/json': { schema: { $ref: `#/components/schemas/${whole}` } },
      'text/event-stream': { schema: { type: 'string' } }
    }
  },
  ...failure
})

const conversation = [inPath('id', 'The id of the conversation.')]

const chatEvents = {
  200: text('text/event-stream', 'The events status, chunk, tool_call, tool_result, message and then done, or error.'),
  ...failure
}

/** All that the gateway answers. A test holds it against the routes of the server. */
export const openapi = {
  openapi: '3.1.1',
  info: {
    title: 'ResoftAI gateway',
    version: '1',
    description:
      'One OpenAI-compatible address for every provider. A model is `provider/model`, the name of a route, or a plain name that exactly one provider lists.'
  },
  servers: [{ url: './' }],
  tags: [{ name: 'OpenAI' }, { name: 'Anthropic' }, { name: 'Chat' }, { name: 'Admin' }, { name: 'Operation' }],
  paths: {
    '/v1/chat/completions': {
      post: once('OpenAI', 'Answer a conversation', { requestBody: body('ChatRequest'), responses: answer('ChatCompletion') })
    },
    '/v1/completions': {
      post: once('OpenAI', 'Continue a text', { requestBody: body('CompletionRequest'), responses: answer('Completion') })
    },
    '/v1/embeddings': {
      post: once('OpenAI', 'Turn texts into vectors', {
        requestBody: body('EmbeddingRequest'),
        responses: { 200: json('EmbeddingList'), ...failure }
      })
    },
    '/v1/models': {
      get: client('OpenAI', 'List the models that this key may ask', { responses: { 200: json('ModelList'), ...failure } })
    },
    '/v1/models/{model}': {
      get: client('OpenAI', 'One model', {
        parameters: [inPath('model', 'As it is listed; its slashes may stay as they are.')],
        responses: { 200: json('Model'), ...failure }
      })
    },
    '/v1/messages': {
      post: once('Anthropic', 'Answer a conversation, in the words of Anthropic', {
        requestBody: body('MessageRequest'),
        responses: answer('Message')
      })
    },
    '/v1/messages/count_tokens': {
      post: client('Anthropic', 'How many tokens a conversation has', {
        requestBody: body('MessageRequest'),
        responses: { 200: json('TokenCount'), ...failure }
      })
    },
    '/api/chat': {
      post: once('Chat', 'Say something in a conversation', {
        requestBody: body('ConversationAsk'),
        responses: { 200: json('ConversationAnswer'), ...failure }
      })
    },
    '/api/chat/stream': {
      post: once('Chat', 'The same, answered as it comes', { requestBody: body('ConversationAsk'), responses: chatEvents })
    },
    '/api/chat/stream/{run}': {
      get: client('Chat', 'The rest of an answer, for a client that lost its connection', {
        parameters: [
          inPath('run', 'As the event `status` names it.'),
          { ...query('Last-Event-ID', 'The id of the last event that was seen; absent: all of them.'), in: 'header' }
        ],
        responses: chatEvents
      })
    },
    '/api/conversations': {
      get: client('Chat', 'List the conversations of this key, the latest first', {
        parameters: [query('limit', 'From 1 to 100; default: 20.'), query('before', 'The id of the last one of the page before.')],
        responses: { 200: json('ConversationList'), ...failure }
      })
    },
    '/api/conversations/{id}': {
      get: client('Chat', 'One conversation with its messages', {
        parameters: conversation,
        responses: { 200: json('Conversation'), ...failure }
      }),
      patch: client('Chat', 'Give a conversation a title', {
        parameters: conversation,
        requestBody: body('ConversationTitle'),
        responses: { 200: json('ConversationHead'), ...failure }
      }),
      delete: client('Chat', 'Delete a conversation', {
        parameters: conversation,
        responses: { 204: { description: 'It is gone.' }, ...failure }
      })
    },
    '/api/conversations/{id}/export': {
      get: client('Chat', 'A conversation as a file', {
        parameters: [...conversation, query('format', 'json (default), jsonl or md.')],
        responses: { 200: text('*/*', 'The file.'), ...failure }
      })
    },
    '/admin/keys': {
      get: admin('List all keys, revoked ones too', { responses: { 200: json('KeyList'), ...failure } }),
      post: admin('Make a key', {
        requestBody: body('NewKey'),
        responses: { 201: json('SecretKey', 'The key is told here and never again.'), ...failure }
      })
    },
    '/admin/keys/{name}': {
      patch: admin('Change the limits of a key', { parameters: named, requestBody: body('KeyLimits'), responses: keyAnswer }),
      delete: admin('Revoke a key for good', { parameters: named, responses: keyAnswer })
    },
    '/admin/keys/{name}/rotate': {
      post: admin('Give a key a new secret', {
        parameters: named,
        requestBody: body('Rotation', false),
        responses: { 200: json('SecretKey', 'The secret is told here and never again.'), ...failure }
      })
    },
    '/admin/budgets': { get: admin('How each budget stands', { responses: { 200: json('BudgetList'), ...failure } }) },
    '/admin/costs': {
      get: admin('What calls have cost', {
        parameters: [
          query('since', 'A span such as 24h, 7d (default) or 4w, or a time.'),
          query('until', 'The same; default: now.'),
          query('by', 'One or several of time, provider (default), model, agent, key, with commas between them.'),
          ...['provider', 'model', 'agent', 'key'].map(name => query(name, `Only calls of this ${name}.`))
        ],
        responses: { 200: json('CostList'), ...failure }
      })
    },
    '/': { get: open('What this is; a page for browsers', { responses: { 200: json('Object') } }) },
    '/health': { get: open('Is it alive', { responses: { 200: json('Object') } }) },
    '/ready': {
      get: open('Can it serve: each provider, and the storage. Asks no vendor', {
        responses: { 200: json('Object'), 503: json('Object', 'The same where it cannot.') }
      })
    },
    '/metrics': {
      get: {
        ...open('Numbers in the text format of Prometheus; for admins unless the configuration says otherwise', {
          responses: { 200: text('text/plain', 'The metrics.'), ...failure }
        }),
        security: [...adminOnly, {}]
      }
    },
    '/openapi.json': { get: open('This document', { responses: { 200: json('Object') } }) },
    '/docs': { get: open('This document as a page', { responses: { 200: text('text/html', 'The page.') } }) },
    '/redoc': { get: open('This document as one page to read', { responses: { 200: text('text/html', 'The page.') } }) },
    '/docs/{file}': {
      get: open('What the page is made of', {
        parameters: [inPath('file', 'A file of the page.')],
        responses: { 200: text('*/*', 'The file.'), ...failure }
      })
    }
  },
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'A key of this gateway: rk-…' },
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same, as clients of Anthropic send it.' }
    },
    headers: {
      RequestId: { description: 'On every answer, and in the log.', schema: { type: 'string' } },
      Provider: { description: 'Who answered.', schema: { type: 'string' } }
    },
    responses: { Error: json('Error', 'An error.') },
    schemas
  }
}
