import type { ChatMode, ChatRequest, WireRequest } from '@resoftai/sdk'
import { encodeMessages } from './messages.ts'
import { modelTraits, type Quirks } from './quirks.ts'
import { encodeFormat, instruct } from './response-format.ts'
import { encodeTools } from './tools.ts'

/** The body of a chat request, and what could not be said in it. */
export function encodeBody(request: ChatRequest, mode: ChatMode, quirks: Quirks): Required<Pick<WireRequest, 'body' | 'warnings'>> {
  const { model, extra } = request
  const { toolStyle = 'tools', unsupported = [] } = quirks
  const traits = modelTraits(model)
  const rename = { ...traits.rename, ...quirks.rename }
  const modelRefuses =
    traits.unlessEffort !== undefined && traits.unlessEffort === request.reasoningEffort ? [] : (traits.unsupported ?? [])
  const warnings = new Set<string>()
  const warn = (warning: string) => warnings.add(warning)
  const body: Record<string, unknown> = { model }
  const put = (field: string, value: unknown) => {
    if (value === undefined) return
    if (unsupported.includes(field)) warn(`This service does not support \`${field}\`; it was left out.`)
    else if (modelRefuses.includes(field)) warn(`The model ${model} does not support \`${field}\`; it was left out.`)
    else body[rename[field] ?? field] = value
  }

  const { format, instruction, warning } = encodeFormat(request.responseFormat, quirks.jsonModes ?? ['json_object', 'json_schema'])
  if (warning !== undefined) warn(warning)
  const style = {
    systemRole: quirks.systemRole ?? traits.systemRole ?? 'system',
    names: !unsupported.includes('name'),
    toolStyle,
    replay: quirks.replay ?? ['reasoning_details', 'extra_content']
  } as const
  body.messages = encodeMessages(instruct(request.messages, instruction), style, warn)
  put('temperature', request.temperature)
  put('top_p', request.topP)
  put('max_tokens', request.maxTokens)
  put('stop', request.stop)
  put('seed', request.seed)
  put('presence_penalty', request.presencePenalty)
  put('frequency_penalty', request.frequencyPenalty)
  put('response_format', format)
  putEffort(request.reasoningEffort, quirks.reasoningStyle ?? 'effort', put)
  encodeTools(request, toolStyle, put, warn)
  put('user', request.user)
  if (mode === 'stream') {
    body.stream = true
    if (!unsupported.includes('stream_options')) body.stream_options = { include_usage: true }
  }
  return { body: { ...body, ...extra }, warnings: [...warnings] }
}

function putEffort(
  effort: string | undefined,
  style: NonNullable<Quirks['reasoningStyle']>,
  put: (field: string, value: unknown) => void
): void {
  if (effort === undefined) return
  if (style === 'object') put('reasoning', { effort })
  else if (style === 'effort') put('reasoning_effort', effort)
  else {
    put('thinking', { type: effort === 'none' ? 'disabled' : 'enabled' })
    if (effort !== 'none') put('reasoning_effort', effort)
  }
}
