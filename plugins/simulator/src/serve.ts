import { ProviderError } from '@resoftai/sdk'
import { fakeService, json, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { chatAnswer, type AnswerMode } from './chat-answer.ts'
import { embeddings } from './embed.ts'
import { isKnownModel, models } from './model.ts'
import { errorAnswer, failureAnswer } from './openai-error.ts'
import { created } from './openai-reply.ts'
import { isRecord, readChatBody } from './openai-request.ts'

export interface ServeOptions {
  /** Default: any free one. */
  readonly port?: number
  /** Default: 127.0.0.1. */
  readonly host?: string
}

export interface SimulatorService extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. As an `api_base` it works with and without `/v1` behind it. */
  readonly url: string
  close(): Promise<void>
}

/**
 * The simulator as an OpenAI-compatible HTTP service: chat completions, models and embeddings. Any key will do, and a model name that is
 * none of its own answers like `canned`, so that every client can talk to it. The faults of `fault:` models happen on the wire.
 */
export async function serveSimulator(options: ServeOptions = {}): Promise<SimulatorService> {
  const service = await fakeService(answer, { ...options, keepRequests: 0 })
  return { url: service.url, close: () => service.close(), [Symbol.asyncDispose]: () => service.close() }
}

const routes: Readonly<Record<string, (request: ReceivedRequest) => Answer>> = {
  'POST /chat/completions': answerChat,
  'POST /embeddings': request => json(embeddings(readJson(request))),
  'GET /models': () => json({ object: 'list', data: models.map(id => ({ id, object: 'model', created, owned_by: 'resoftai-simulator' })) })
}

function answer(request: ReceivedRequest): Answer {
  const [path = ''] = request.path.split('?')
  const route = `${request.method} ${path.replace(/^\/v1(?=\/)/, '')}`
  const respond = Object.hasOwn(routes, route) ? routes[route] : undefined
  if (respond === undefined)
    return errorAnswer('not_found', `The simulator has no ${request.method} ${path}, only ${Object.keys(routes).join(', ')}.`)
  try {
    return respond(request)
  } catch (error) {
    return failureAnswer(error)
  }
}

function answerChat(request: ReceivedRequest): Answer {
  const body = readJson(request)
  const chat = readChatBody(body)
  const mode = modeOf(body)
  if (isKnownModel(chat.model) || chat.model.startsWith('fault:')) return chatAnswer(chat, mode)
  return chatAnswer({ ...chat, model: 'canned' }, mode)
}

/** Throws `bad_request` for a body that is no JSON. */
function readJson({ body }: ReceivedRequest): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new ProviderError('bad_request', 'The body must be JSON.')
  }
}

function modeOf(body: unknown): AnswerMode {
  if (!isRecord(body) || body['stream'] !== true) return 'whole'
  const { stream_options: options } = body
  return isRecord(options) && options['include_usage'] === true ? 'stream with usage' : 'stream'
}
