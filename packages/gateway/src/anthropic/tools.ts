import { isObject, type Tool } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { noteDropped, readOpaqueObject, wrongType, type Reading } from '../openai/reading.ts'
import { readBoolean, readList, readName, readText } from '../openai/values.ts'

const mostTools = 1_000

/** `eager_input_streaming` asks for what every vendor here does or does not do by itself. */
const toolFields = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control', 'eager_input_streaming'])

/** `undefined` for an empty list: the model has no tools. */
export function readTools(value: unknown, param: string, reading: Reading): readonly Tool[] | undefined {
  if (Array.isArray(value) && value.length === 0) return undefined
  return readList(value, param, mostTools).map((tool, position) => readTool(tool, `${param}.${position}`, reading))
}

function readTool(value: unknown, param: string, reading: Reading): Tool {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  const { type, description, strict } = value
  if (type !== undefined && type !== null && type !== 'custom') {
    throw badRequest(
      `\`${param}.type\` must be custom: tools that a vendor runs itself are set where the provider is configured.`,
      `${param}.type`
    )
  }
  noteDropped(value, toolFields, param, reading)
  return {
    name: readName(value.name, `${param}.name`),
    ...(description !== undefined && description !== null && { description: readText(description, `${param}.description`) }),
    parameters: readOpaqueObject(value.input_schema, `${param}.input_schema`, reading),
    ...(strict !== undefined && strict !== null && { strict: readBoolean(strict, `${param}.strict`) })
  }
}
