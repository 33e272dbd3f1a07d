import type { ChatRequest } from '@resoftai/sdk'
import type { VendorHooks } from './encode.ts'
import { modelTraits, type Quirks } from './quirks.ts'
import { encodeFormat } from './response-format.ts'

/** Fields of messages that clients got from others, or from a library of theirs. They are left out where a vendor does not ask for them back. */
const foreign = [
  'provider_data',
  'parsed',
  'function_call',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'extra_content'
] as const

/** Whether the messages of a request can be sent as they are written: this vendor wants none of them said otherwise. */
export function takesWritten(
  { written, model, responseFormat, extra = {} }: ChatRequest,
  quirks: Quirks,
  { adapt, family, fileStyle = 'file' }: VendorHooks
): boolean {
  if (written?.api !== 'openai' || adapt !== undefined || fileStyle !== 'file' || 'messages' in extra) return false
  const { systemRole, toolStyle = 'tools', unsupported = [], jsonModes, replay = defaultReplay } = quirks
  if (toolStyle !== 'tools' || unsupported.includes('name')) return false
  if (encodeFormat(responseFormat, jsonModes ?? defaultJsonModes).instruction !== undefined) return false
  const { words } = written
  const role = systemRole ?? modelTraits(family?.(model) ?? model).systemRole ?? 'system'
  // OpenAI takes `system` for `developer` where it wants that, and no other service knows `developer`.
  const takesRoles = role === 'system' ? !words.has('developer') : role === 'developer' && systemRole === undefined
  // Who asks for reasoning wants the field with every call, even empty.
  if (!takesRoles || (replay.includes('reasoning_content') && words.has('tool_calls'))) return false
  return foreign.every(field => replay.some(kept => kept === field) || !words.has(field))
}

export const defaultReplay = ['reasoning_details', 'extra_content'] as const
export const defaultJsonModes = ['json_object', 'json_schema'] as const

/** Joining less costs less than sending it apart. */
const longBytes = 65_536

/** The JSON of a body, with the messages at its end as they are written: long ones in a piece of their own, which is no copy. */
export function withMessages(body: object, messages: Uint8Array): Uint8Array | readonly Uint8Array[] {
  const pieces = [Buffer.from(`${JSON.stringify(body).slice(0, -1)},"messages":`), messages, Buffer.from('}')]
  return messages.length > longBytes ? pieces : Buffer.concat(pieces)
}
