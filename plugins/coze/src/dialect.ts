import { isObject, type Dialect, type ProviderData, type WireRequest } from '@resoftai/sdk'
import { get, type Api } from './api.ts'
import { encodeChat } from './chat-request.ts'
import { decodeChat } from './chat-whole.ts'
import type { Config } from './config.ts'
import { readIds } from './coze-data.ts'
import { decodeError, isFailure, readError, unreadable } from './errors.ts'
import { listBots } from './models.ts'
import { createStreamDecoder } from './stream.ts'
import { readTarget } from './target.ts'
import { encodeWorkflow } from './workflow-request.ts'
import { decodeRun } from './workflow-whole.ts'

/** Bots by Coze's chat API v3, and workflows. */
export function createDialect(api: Api, config: Config): Dialect {
  const { poll_timeout = 180, workspace_id } = config
  return {
    encode: (request, mode) => {
      const { kind, id } = readTarget(request.model, config)
      return (kind === 'bot' ? encodeChat : encodeWorkflow)(api, config, request, mode, id)
    },
    streamDecoder: createStreamDecoder,
    decode: body => {
      if (!isObject(body)) throw unreadable('what is no JSON object')
      if (isFailure(body)) throw readError(body)
      return isObject(body.data) ? decodeChat(body.data, { api, limitMs: poll_timeout * 1000 }) : decodeRun(body)
    },
    decodeError,
    cancel: data => cancel(api, data),
    health: { encode: () => get(api, '/v1/users/me') },
    ...(workspace_id !== undefined && { models: listBots(api, workspace_id) })
  }
}

/** A chat goes on, and is paid for, when nobody reads it any more. One that waits cannot be cancelled (4104). */
function cancel(api: Api, { coze }: ProviderData): WireRequest | undefined {
  if (!isObject(coze) || coze.waiting !== undefined) return undefined
  const { conversation_id, chat_id } = readIds(coze)
  if (conversation_id === undefined || chat_id === undefined) return undefined
  return { url: api.url('/v3/chat/cancel'), headers: api.headers, body: { conversation_id, chat_id } }
}
