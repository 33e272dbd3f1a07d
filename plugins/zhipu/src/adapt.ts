import type { Warn } from '@resoftai/plugin-openai-compatible/dialect'
import type { ChatMode, ChatRequest, Message } from '@resoftai/sdk'
import type { Config } from './config.ts'
import { traitsOf } from './model-traits.ts'
import { fitSampling } from './sampling.ts'
import { thinkingFields } from './thinking.ts'
import { fitTools } from './tools.ts'

/** Says what GLM models take otherwise than OpenAI's (WIRE.md 7.3). */
export function adapt(request: ChatRequest, mode: ChatMode, config: Config, warn: Warn): ChatRequest {
  const { user, reasoningEffort: _effort, ...rest } = request
  const tools = fitTools(request, config.forced_tool_choice ?? 'auto', warn)
  const streamsTools = mode === 'stream' && (tools.tools ?? []).length > 0 && config.tool_stream !== false
  const extra: Record<string, unknown> = {
    ...thinkingFields(request, config, warn),
    ...(streamsTools && traitsOf(request.model).toolStream && { tool_stream: true }),
    ...userField(user, warn),
    ...request.extra
  }
  return { ...rest, ...fitSampling(request, warn), ...tools, extra, messages: replayed(request.messages, extra['thinking']) }
}

function userField(user: string | undefined, warn: Warn): { readonly user_id?: string } {
  if (user === undefined) return {}
  if (user.length >= 6 && user.length <= 128) return { user_id: user }
  warn('`user` has 6 to 128 characters here; it was left out.')
  return {}
}

/** A turn that calls tools goes back with its reasoning; others only when the vendor keeps it, as it would throw it away. */
function replayed(messages: readonly Message[], thinking: unknown): readonly Message[] {
  if (typeof thinking === 'object' && thinking !== null && 'clear_thinking' in thinking && thinking.clear_thinking === false)
    return messages
  return messages.map(message => {
    if (message.role !== 'assistant' || (message.toolCalls ?? []).length > 0) return message
    const { reasoning: _reasoning, ...rest } = message
    return rest
  })
}
