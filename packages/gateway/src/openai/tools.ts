import { isObject, type Tool, type ToolChoice } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { readOpaqueObject, wrongType, type Reading } from './reading.ts'
import { isThere, readBoolean, readList, readName, readText } from './values.ts'

const mostTools = 1_000

/** `undefined` for an empty list: the model has no tools. */
export function readTools(value: unknown, param: string, reading: Reading): readonly Tool[] | undefined {
  return readEach(value, param, (item, at) => {
    if (!isObject(item)) throw wrongType(at, 'an object', item)
    // Some clients leave it out.
    if (isThere(item.type) && item.type !== 'function') {
      throw badRequest(
        `\`${at}.type\` must be function: tools that a vendor runs itself are set where the provider is configured.`,
        `${at}.type`
      )
    }
    return readTool(item.function, `${at}.function`, reading)
  })
}

/** The older form. */
export function readFunctions(value: unknown, param: string, reading: Reading): readonly Tool[] | undefined {
  return readEach(value, param, (item, at) => readTool(item, at, reading))
}

function readEach(value: unknown, param: string, read: (item: unknown, param: string) => Tool): readonly Tool[] | undefined {
  if (Array.isArray(value) && value.length === 0) return undefined
  return readList(value, param, mostTools).map((item, position) => read(item, `${param}.${position}`))
}

function readTool(value: unknown, param: string, reading: Reading): Tool {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  const { description, parameters, strict } = value
  return {
    name: readName(value.name, `${param}.name`),
    ...(isThere(description) && { description: readText(description, `${param}.description`) }),
    ...(isThere(parameters) && { parameters: readOpaqueObject(parameters, `${param}.parameters`, reading) }),
    ...(isThere(strict) && { strict: readBoolean(strict, `${param}.strict`) })
  }
}

export function readToolChoice(value: unknown, param: string): ToolChoice {
  if (value === 'auto' || value === 'none' || value === 'required') return value
  if (!isObject(value) || value.type !== 'function' || !isObject(value.function)) {
    throw wrongType(param, '`auto`, `none`, `required` or {"type": "function", "function": {"name": …}}', value)
  }
  return { name: readName(value.function.name, `${param}.function.name`) }
}

/** The older form. */
export function readFunctionChoice(value: unknown, param: string): ToolChoice {
  if (value === 'auto' || value === 'none') return value
  if (!isObject(value)) throw wrongType(param, '`auto`, `none` or {"name": …}', value)
  return { name: readName(value.name, `${param}.name`) }
}
