import type { Warn } from '@resoftai/plugin-openai-compatible/dialect'
import { ProviderError, type ChatRequest, type Tool } from '@resoftai/sdk'
import type { Config } from './config.ts'

/** The only choice this vendor takes is `auto`: others are refused by newer models, and make older ones hang (WIRE.md 7.3). */
export function fitTools(
  { tools = [], toolChoice }: ChatRequest,
  forced: NonNullable<Config['forced_tool_choice']>,
  warn: Warn
): Pick<ChatRequest, 'tools' | 'toolChoice'> {
  if (tools.length === 0) return {}
  if (toolChoice === 'none') {
    warn('This service cannot be told to call no tool; the tools were left out.')
    return { tools: [] }
  }
  const loose = loosen(tools, warn)
  if (toolChoice === undefined || toolChoice === 'auto') return { tools: loose }
  if (forced === 'refuse') {
    throw new ProviderError('bad_request', 'This service cannot be made to call a tool.', {
      code: 'tool_choice',
      hint: 'Ask for it in words and leave the choice to the model, or set forced_tool_choice: auto.'
    })
  }
  warn('This service cannot be made to call a tool; the model decides.')
  return { tools: loose, toolChoice: 'auto' }
}

function loosen(tools: readonly Tool[], warn: Warn): readonly Tool[] {
  if (tools.some(({ strict }) => strict === true)) warn('This service does not hold the model to the schema of a tool.')
  return tools.map(({ strict: _strict, ...tool }) => tool)
}
