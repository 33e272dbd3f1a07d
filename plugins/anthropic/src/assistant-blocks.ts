import { isObject, textOf, type AssistantMessage, type ToolCall } from '@resoftai/sdk'
import { textBlocks, type Block, type Warn } from './content.ts'
import type { OpenCalls, ToolIds } from './tool-ids.ts'
import { readToolInput } from './tool-input.ts'

/** What the model said and called: the blocks that it sent itself where they are known and still fit the message. */
export function encodeAssistant(message: AssistantMessage, ids: ToolIds, open: OpenCalls, warn: Warn): Block[] {
  const { content, toolCalls = [], providerData } = message
  const renamed = toolCalls.map(({ id }) => open.add(id, ids.rename(id)))
  const own = readOwnBlocks(providerData?.anthropic)
  const blocks = fits(own, message) ? own.filter(isSayable) : [...textBlocks(content), ...toolCalls.map(call => encodeCall(call, warn))]
  const next = renamed.values()
  return blocks.map(block => (block.type === 'tool_use' ? { ...block, id: next.next().value } : block))
}

function encodeCall({ id, name, arguments: text }: ToolCall, warn: Warn): Block {
  const { input, isWrapped } = readToolInput(text)
  if (isWrapped) warn(`The arguments of a call of ${name} are no JSON object; they are sent as {"value": …}.`)
  return { type: 'tool_use', id, name, input }
}

function readOwnBlocks(data: unknown): readonly Block[] {
  if (!isObject(data) || !Array.isArray(data.content)) return []
  return data.content.every(isBlock) ? data.content : []
}

function isBlock(value: unknown): value is Block {
  return isObject(value) && textOf(value.type) !== undefined
}

/** A message may have been changed since. */
function fits(blocks: readonly Block[], { content, toolCalls = [] }: AssistantMessage): boolean {
  const text = blocks.map(block => (block.type === 'text' ? block.text : '')).join('')
  const calls = blocks.filter(({ type }) => type === 'tool_use')
  return (
    blocks.length > 0 &&
    text === content &&
    calls.length === toolCalls.length &&
    calls.every((block, index) => isSameCall(block, toolCalls[index] as ToolCall))
  )
}

function isSameCall(block: Block, { name, arguments: text }: ToolCall): boolean {
  return block.name === name && JSON.stringify(block.input) === JSON.stringify(readToolInput(text).input)
}

/** The vendor refuses the blank texts that it sends itself. */
function isSayable(block: Block): boolean {
  return block.type !== 'text' || String(block.text).trim() !== ''
}
