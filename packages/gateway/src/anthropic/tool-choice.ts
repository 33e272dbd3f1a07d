import type { Ask } from '@resoftai/core'
import { isObject, type ToolChoice } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { wrongType } from '../openai/reading.ts'
import { readBoolean, readName } from '../openai/values.ts'

const words: ReadonlyMap<unknown, ToolChoice> = new Map<unknown, ToolChoice>([
  ['auto', 'auto'],
  ['any', 'required'],
  ['none', 'none']
])

export function readToolChoice(value: unknown): Pick<Ask, 'toolChoice' | 'parallelToolCalls'> {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw wrongType('tool_choice', 'an object', value)
  const { type, disable_parallel_tool_use: single } = value
  const toolChoice = type === 'tool' ? { name: readName(value.name, 'tool_choice.name') } : words.get(type)
  if (toolChoice === undefined) throw badRequest('`tool_choice.type` must be auto, any, tool or none.', 'tool_choice.type')
  const isSingle = single !== undefined && single !== null && readBoolean(single, 'tool_choice.disable_parallel_tool_use')
  return { toolChoice, ...(isSingle && { parallelToolCalls: false }) }
}
