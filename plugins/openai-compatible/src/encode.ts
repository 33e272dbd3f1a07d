import type { ChatMode, ChatRequest, WireRequest } from '@resoftai/sdk'
import type { FileStyle } from './content.ts'
import { encodeMessages } from './messages.ts'
import { modelTraits, type Quirks } from './quirks.ts'
import { encodeFormat, instruct } from './response-format.ts'
import { encodeTools } from './tools.ts'
import { defaultJsonModes, defaultReplay, withMessages } from './written.ts'

/** Tells a person what was changed or left out. */
export type Warn = (warning: string) => void

/** What differs at one vendor and nobody configures. */
export interface VendorHooks {
  /** Says what this vendor takes otherwise, before it is encoded; fields of its own go into `extra`, under those of the caller. Pure. */
  readonly adapt?: (request: ChatRequest, mode: ChatMode, warn: Warn) => ChatRequest
  /** OpenAI's name of a model that has another one here: the name decides what a model refuses. */
  readonly family?: (model: string) => string
  /** Tools that the vendor runs itself, sent behind those of the request. */
  readonly vendorTools?: readonly unknown[]
  /** How files are sent: whole, as `file`, or by address, as `file_url`. Default `file`. */
  readonly fileStyle?: FileStyle
}

/** The body of a chat request, and what could not be said in it. */
export function encodeBody(
  asked: ChatRequest,
  mode: ChatMode,
  quirks: Quirks,
  { adapt, family, vendorTools = [], fileStyle = 'file' }: VendorHooks
): Required<Pick<WireRequest, 'body' | 'warnings'>> {
  const warnings = new Set<string>()
  const warn: Warn = warning => void warnings.add(warning)
  const request = adapt?.(asked, mode, warn) ?? asked
  const { model, extra } = request
  const { toolStyle = 'tools', unsupported = [] } = quirks
  const traits = modelTraits(family?.(model) ?? model)
  const rename = { ...traits.rename, ...quirks.rename }
  const modelRefuses =
    traits.unlessEffort !== undefined && traits.unlessEffort === request.reasoningEffort ? [] : (traits.unsupported ?? [])
  const body: Record<string, unknown> = { model }
  const put = (field: string, value: unknown) => {
    if (value === undefined) return
    if (unsupported.includes(field)) warn(`This service does not support \`${field}\`; it was left out.`)
    else if (modelRefuses.includes(field)) warn(`The model ${model} does not support \`${field}\`; it was left out.`)
    else body[rename[field] ?? field] = value
  }

  const { format, instruction, warning } = encodeFormat(request.responseFormat, quirks.jsonModes ?? defaultJsonModes)
  if (warning !== undefined) warn(warning)
  const style = {
    systemRole: quirks.systemRole ?? traits.systemRole ?? 'system',
    names: !unsupported.includes('name'),
    toolStyle,
    fileStyle,
    replay: quirks.replay ?? defaultReplay
  } as const
  if (request.written === undefined) body.messages = encodeMessages(instruct(request.messages, instruction), style, warn)
  put('temperature', request.temperature)
  put('top_p', request.topP)
  put('max_tokens', request.maxTokens)
  put('stop', request.stop)
  put('seed', request.seed)
  put('presence_penalty', request.presencePenalty)
  put('frequency_penalty', request.frequencyPenalty)
  put('response_format', format)
  putEffort(request.reasoningEffort, quirks.reasoningStyle ?? 'effort', put)
  encodeTools(request, { style: toolStyle, vendorTools }, put, warn)
  put('user', request.user)
  if (mode === 'stream') {
    body.stream = true
    if (!unsupported.includes('stream_options')) body.stream_options = { include_usage: true }
  }
  const whole = { ...body, ...extra }
  return { body: request.written === undefined ? whole : withMessages(whole, request.written.text), warnings: [...warnings] }
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
