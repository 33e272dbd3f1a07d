import { isObject, type JsonObject } from '@resoftai/sdk'

const plainFields: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input'])

/** Whether text and tool calls of a message can say the block again. */
export function isPlain(block: JsonObject): boolean {
  if (block.type === 'text') return true
  return block.type === 'tool_use' && Object.entries(block).every(([name, value]) => plainFields.has(name) || isDirect(name, value))
}

/** A call by the model itself, not by code that it wrote. */
function isDirect(name: string, value: unknown): boolean {
  return value === null || (name === 'caller' && isObject(value) && value.type === 'direct')
}
