import { joinHeaders, textOf, type ChatMode, type ChatRequest, type JsonObject, type WireRequest } from '@resoftai/sdk'
import type { Api } from './api.ts'
import type { Config } from './config.ts'
import type { Warn } from './content.ts'
import { encodeQuestion } from './question.ts'
import { warnOfSettings } from './settings.ts'
import { readTurn, type Turn } from './turn.ts'

/** Begins a chat with a bot, goes on with its conversation, or gives a waiting chat the results of its tools. */
export function encodeChat(api: Api, config: Config, request: ChatRequest, mode: ChatMode, model: string): WireRequest {
  const warnings = new Set<string>()
  const warn: Warn = warning => warnings.add(warning)
  const { asked, extra } = takeConversation(request.extra ?? {})
  const bot = textOf(extra.bot_id) ?? model
  const isKept = (extra.auto_save_history ?? config.auto_save_history) !== false
  warnOfSettings(request, warn)
  const turn = readTurn(request.messages, { bot, asked, isKept, warn })
  const body =
    turn.kind === 'outputs'
      ? { tool_outputs: turn.outputs, ...extra }
      : {
          bot_id: bot,
          user_id: request.user ?? config.user_id ?? 'default',
          auto_save_history: isKept || saveForPolling(mode, warn),
          ...encodeQuestion(turn.messages, { ...request, extra }, config, warn)
        }
  return {
    url: urlOf(api, turn),
    headers: joinHeaders(api.headers, request.headers),
    body: { stream: mode === 'stream', ...body },
    warnings: [...warnings]
  }
}

function urlOf(api: Api, turn: Turn): string {
  const query: Record<string, string> = turn.conversation === undefined ? {} : { conversation_id: turn.conversation }
  return turn.kind === 'outputs' ? api.url('/v3/chat/submit_tool_outputs', { ...query, chat_id: turn.chat }) : api.url('/v3/chat', query)
}

/** The API wants the id in the address; what is none stays where the caller put it. */
function takeConversation(given: JsonObject): { readonly asked: string | undefined; readonly extra: JsonObject } {
  const { conversation_id, ...extra } = given
  const asked = textOf(conversation_id)
  return asked === undefined ? { asked, extra: given } : { asked, extra }
}

/** Without the history Coze could not be asked for the reply (4007). */
function saveForPolling(mode: ChatMode, warn: Warn): boolean {
  if (mode === 'whole') warn('A whole reply is read from the history: auto_save_history was sent as true.')
  return mode === 'whole'
}
