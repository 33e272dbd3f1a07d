const text = { type: 'string' }
const whole = { type: 'integer', minimum: 0 }
const time = { type: ['string', 'null'], format: 'date-time' }
const limit = { type: ['integer', 'null'], minimum: 1, description: 'null: no limit' }
const amount = { type: 'string', description: 'An exact decimal.', examples: ['0.0027'] }

const listOf = (name: string) => ({ type: 'array', items: { $ref: `#/components/schemas/${name}` } })
const inList = (field: string, name: string) => ({ type: 'object', properties: { [field]: listOf(name) } })

const openaiList = (name: string) => ({ type: 'object', properties: { object: { const: 'list' }, data: listOf(name) } })

const model = { type: 'string', examples: ['groq/llama-3.3-70b-versatile'] }
const sampling = {
  temperature: { type: 'number' },
  top_p: { type: 'number' },
  max_tokens: { type: 'integer', minimum: 1 },
  stop: { type: ['string', 'array'], items: text },
  n: { type: 'integer', minimum: 1 },
  stream: { type: 'boolean', default: false },
  stream_options: { type: 'object', properties: { include_usage: { type: 'boolean' } } }
}

const limits = {
  models: { type: ['array', 'null'], items: text, description: 'Models as they are asked for; a star stands for any text. null: all.' },
  budgets: listOf('KeyBudget'),
  requestsPerMinute: limit,
  tokensPerMinute: limit,
  parallel: limit,
  expiresAt: { ...time, description: 'null: never' }
}

const keyFields = {
  id: text,
  name: text,
  role: { enum: ['client', 'admin'] },
  shown: { type: 'string', description: 'The beginning of the secret.', examples: ['rk-a1b2…'] },
  state: { enum: ['valid', 'expired', 'revoked'] },
  createdAt: time,
  revokedAt: time,
  lastUsedAt: time,
  ...limits
}

const conversation = { id: text, title: text, created_at: time, updated_at: time, message_count: whole }

/** What is asked and answered, as far as the gateway itself says it; the rest is OpenAI's. */
export const schemas = {
  Object: { type: 'object' },
  Error: {
    type: 'object',
    properties: {
      error: {
        type: 'object',
        required: ['message', 'type', 'param', 'code'],
        properties: { message: text, type: text, param: { type: ['string', 'null'] }, code: text }
      }
    }
  },
  ChatRequest: {
    type: 'object',
    required: ['model', 'messages'],
    properties: {
      model,
      messages: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['role'],
          properties: {
            role: { enum: ['system', 'developer', 'user', 'assistant', 'tool'] },
            content: { type: ['string', 'array', 'null'] }
          }
        }
      },
      tools: { type: 'array', items: { type: 'object' } },
      response_format: { type: 'object' },
      ...sampling
    },
    examples: [{ model: 'simulator/canned', messages: [{ role: 'user', content: 'Hello?' }] }]
  },
  ChatCompletion: {
    type: 'object',
    properties: {
      id: text,
      object: { const: 'chat.completion' },
      created: whole,
      model: text,
      choices: listOf('Object'),
      usage: { type: 'object' }
    }
  },
  CompletionRequest: {
    type: 'object',
    required: ['model', 'prompt'],
    properties: { model, prompt: { type: ['string', 'array'], items: text }, ...sampling }
  },
  Completion: {
    type: 'object',
    properties: {
      id: text,
      object: { const: 'text_completion' },
      created: whole,
      model: text,
      choices: listOf('Object'),
      usage: { type: 'object' }
    }
  },
  EmbeddingRequest: {
    type: 'object',
    required: ['model', 'input'],
    properties: {
      model,
      input: { type: ['string', 'array'], items: text },
      dimensions: { type: 'integer', minimum: 1 },
      encoding_format: { enum: ['float', 'base64'] }
    }
  },
  EmbeddingList: openaiList('Object'),
  Model: { type: 'object', properties: { id: text, object: { const: 'model' }, created: whole, owned_by: text } },
  ModelList: openaiList('Model'),
  MessageRequest: {
    type: 'object',
    required: ['model', 'messages'],
    properties: {
      model,
      max_tokens: { type: 'integer', minimum: 1, description: 'Needed for an answer.' },
      system: { type: ['string', 'array'] },
      messages: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['role'],
          properties: { role: { enum: ['user', 'assistant'] }, content: { type: ['string', 'array'] } }
        }
      },
      tools: { type: 'array', items: { type: 'object' } },
      stream: { type: 'boolean', default: false }
    }
  },
  Message: {
    type: 'object',
    properties: {
      id: text,
      type: { const: 'message' },
      model: text,
      content: listOf('Object'),
      stop_reason: text,
      usage: { type: 'object' }
    }
  },
  TokenCount: { type: 'object', properties: { input_tokens: whole } },
  ConversationAsk: {
    type: 'object',
    additionalProperties: false,
    required: ['message'],
    properties: {
      message: text,
      conversation_id: { type: 'string', description: 'Absent: a new conversation.' },
      provider: { type: 'string', description: 'Its default model is asked where no model is named.' },
      model: { ...model, description: 'Absent: the default model of the first provider that is ready.' },
      agent: { type: 'string', description: 'The role that answers.', examples: ['assistant', 'translator'] },
      system: { type: 'string', description: 'The system prompt, for this message; it wins over that of the role.' },
      tools: {
        type: 'array',
        items: text,
        description: 'What may be called of the tools of the configuration: names of sources, and `source/tool`. Absent: all.',
        examples: [['clock', 'files/read']]
      }
    },
    examples: [{ message: 'Hello?' }]
  },
  ConversationAnswer: {
    type: 'object',
    properties: {
      conversation_id: text,
      message: { type: 'object', properties: { role: { const: 'assistant' }, content: text, reasoning: text } },
      provider: text,
      model: text,
      stop_reason: { enum: ['finished', 'length', 'content_filter', 'max_steps'] },
      usage: { type: 'object', properties: { input_tokens: whole, output_tokens: whole, total_tokens: whole } },
      cost: { type: ['object', 'null'], description: 'null: not known', properties: { amount, currency: text } },
      warnings: { type: 'array', items: text }
    }
  },
  ConversationHead: { type: 'object', properties: conversation },
  ConversationList: {
    type: 'object',
    properties: {
      conversations: listOf('ConversationHead'),
      next: { type: ['string', 'null'], description: 'To be sent as `before` for the next page.' }
    }
  },
  Conversation: { type: 'object', properties: { ...conversation, messages: listOf('ConversationMessage') } },
  ConversationMessage: {
    type: 'object',
    properties: {
      role: { enum: ['user', 'assistant', 'tool'] },
      content: text,
      reasoning: text,
      tool_calls: listOf('Object'),
      tool_call_id: text,
      name: text,
      is_error: { type: 'boolean' },
      turn: { type: 'string', description: 'The same for a message and what answers it.' },
      at: time
    }
  },
  ConversationTitle: {
    type: 'object',
    additionalProperties: false,
    required: ['title'],
    properties: { title: { type: 'string', minLength: 1, maxLength: 200 } }
  },
  KeyBudget: {
    type: 'object',
    additionalProperties: false,
    required: ['per', 'limit'],
    properties: { per: { enum: ['request', 'day', 'week', 'month', 'total'] }, limit: { type: 'string', examples: ['20 CNY'] } }
  },
  KeyLimits: { type: 'object', additionalProperties: false, properties: limits },
  NewKey: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: { name: text, role: { enum: ['client', 'admin'], default: 'client' }, ...limits }
  },
  Rotation: {
    type: 'object',
    additionalProperties: false,
    properties: { graceSeconds: { ...whole, default: 86_400, description: 'So long the old secret stays valid.' } }
  },
  Key: { type: 'object', properties: keyFields },
  SecretKey: { type: 'object', properties: { key: { type: 'string', examples: ['rk-…'] }, ...keyFields, oldValidUntil: time } },
  KeyList: inList('keys', 'Key'),
  Budget: {
    type: 'object',
    properties: {
      name: text,
      per: text,
      period: text,
      scope: text,
      currency: text,
      limit: amount,
      settled: amount,
      reserved: { ...amount, description: 'What running calls may need at most.' },
      resetsAt: time
    }
  },
  BudgetList: inList('budgets', 'Budget'),
  Cost: {
    type: 'object',
    properties: {
      cost: { ...amount, type: ['string', 'null'], description: 'null: not known' },
      currency: { type: ['string', 'null'] },
      calls: whole,
      failed: whole,
      estimated: whole,
      unpriced: whole,
      inputTokens: whole,
      outputTokens: whole
    }
  },
  CostList: { type: 'object', properties: { since: time, until: time, costs: listOf('Cost') } }
}
