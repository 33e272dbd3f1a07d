import { defineProvider, ProviderError } from '@resoftai/sdk'

export default defineProvider({
  create: ({ config }) => ({
    encode: (request, mode) => ({
      url: `${config.api_base}/talk`,
      headers: { ...request.headers, authorization: `Bearer ${config.api_key}` },
      body: {
        voice: request.model,
        lines: request.messages.map(({ role, content }) => ({ who: role, says: toText(content) })),
        limit: request.maxTokens,
        live: mode === 'stream',
        ...request.extra
      },
      warnings: findUnsaid(request)
    }),
    streamDecoder: () => readEvent,
    decode: readAnswer,
    decodeError: (_status, body) => readFault(body)
  })
})

function toText(content) {
  if (typeof content === 'string') return content
  const other = content.find(part => part.type !== 'text')
  if (other !== undefined) throw new ProviderError('bad_request', `Hello reads text only, not ${other.type}.`)
  return content.map(part => part.text).join('')
}

function findUnsaid(request) {
  const spoken = new Set(['model', 'messages', 'maxTokens', 'extra', 'headers'])
  const unsaid = Object.keys(request).filter(key => !spoken.has(key))
  return unsaid.map(key => `Hello has no ${key}: it was left out.`)
}

/** @type {import('@resoftai/sdk').StreamDecoder} */
function readEvent({ event, data }) {
  const value = parse(data)
  switch (event) {
    case 'begin':
      return [readStart(value)]
    case 'say':
      return [{ type: 'text', text: text(value.words) }]
    case 'over':
      return readEnd(value)
    case 'fault':
      throw readFault(value) ?? new ProviderError('server', 'Hello broke off its reply.')
    default:
      return []
  }
}

function readAnswer(body) {
  const value = object(body)
  return [readStart(value), { type: 'text', text: text(value.words) }, ...readEnd(value)]
}

function readStart({ voice, talk }) {
  return { type: 'start', model: text(voice), id: text(talk) }
}

function readEnd({ why, heard, said }) {
  return [
    { type: 'usage', usage: { inputTokens: count(heard), outputTokens: count(said) } },
    { type: 'finish', reason: finishReasons.get(why) ?? 'unknown', raw: text(why) }
  ]
}

const finishReasons = new Map([
  ['done', 'stop'],
  ['limit', 'length'],
  ['rude', 'content_filter']
])

// What comes from outside is checked where it enters.
const object = value => (typeof value === 'object' && value !== null ? value : unreadable())
const text = value => (typeof value === 'string' ? value : unreadable())
const count = value => (Number.isSafeInteger(value) && value >= 0 ? value : undefined)

function parse(data) {
  try {
    return object(JSON.parse(data))
  } catch {
    return unreadable()
  }
}

function unreadable() {
  throw new ProviderError('protocol', 'Hello sent something that is not in its language.')
}

/** Their words for what went wrong, and ours. */
const errorKinds = new Map([
  ['bad_key', 'auth'],
  ['no_such_voice', 'not_found'],
  ['no_credit', 'quota'],
  ['busy', 'overloaded']
])

/** `undefined` for what is not in the list: then the host judges by the status. */
function readFault(body) {
  const kind = errorKinds.get(body?.fault)
  return kind && new ProviderError(kind, `Hello: ${body.message}`, { vendorCode: body.fault })
}
