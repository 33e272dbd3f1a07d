import type { ToolMessage, UserMessage } from '@resoftai/sdk'
import { encodeContent, textBlocks, type Block, type Warn } from './content.ts'
import type { OpenCalls } from './tool-ids.ts'

/** What the user and the tools say between two turns of the model. Results come first; each call has one, and no result is without a call. */
export function encodeUserTurn(messages: readonly (UserMessage | ToolMessage)[], open: OpenCalls, warn: Warn): Block[] {
  const results: Block[] = []
  const others: Block[] = []
  for (const message of messages) {
    const id = message.role === 'tool' ? open.take(message.toolCallId) : undefined
    if (message.role === 'user') others.push(...encodeUser(message, warn))
    else if (id === undefined) others.push(...encodeLostResult(message, warn))
    else results.push(encodeResult(id, message, warn))
  }
  for (const id of open.left) {
    warn('A tool call without a result was given one that says so.')
    results.push({ type: 'tool_result', tool_use_id: id, content: 'The tool was not run.', is_error: true })
  }
  return [...results, ...others]
}

function encodeUser({ name, content }: UserMessage, warn: Warn): Block[] {
  if (name !== undefined) warn('Anthropic knows no `name` of messages; it was left out.')
  return encodeContent(content, warn)
}

function encodeResult(id: string, { content, isError = false }: ToolMessage, warn: Warn): Block {
  const blocks = encodeContent(content, warn)
  // An error without a word is refused.
  const said = blocks.length > 0 ? (typeof content === 'string' ? content : blocks) : isError ? 'The tool failed.' : undefined
  return { type: 'tool_result', tool_use_id: id, ...(said !== undefined && { content: said }), ...(isError && { is_error: true }) }
}

function encodeLostResult({ name, toolCallId, content, isError = false }: ToolMessage, warn: Warn): Block[] {
  warn('A tool result whose call is not in the turn before it was sent as text.')
  return [...textBlocks(`${isError ? 'Error' : 'Result'} of the tool ${name ?? toolCallId}:`), ...encodeContent(content, warn)]
}
