import { isObject, type ResponseFormat } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { noteDropped, readOpaqueObject, wrongType, type Reading } from '../openai/reading.ts'
import { readName } from '../openai/values.ts'

interface OutputConfig {
  readonly effort?: string
  readonly responseFormat?: ResponseFormat
}

const configFields = new Set(['effort', 'format'])

/** Formats have no name here, and other vendors want one. */
const formatName = 'reply'

export function readOutputConfig(value: unknown, reading: Reading): OutputConfig {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw wrongType('output_config', 'an object', value)
  noteDropped(value, configFields, 'output_config', reading)
  const { effort, format } = value
  return {
    ...(effort !== undefined && effort !== null && { effort: readName(effort, 'output_config.effort') }),
    ...(format !== undefined && format !== null && { responseFormat: readFormat(format, reading) })
  }
}

/** Not `strict`: what this vendor calls a schema leaves properties out at will, and others refuse that where it is. */
function readFormat(value: unknown, reading: Reading): ResponseFormat {
  const param = 'output_config.format'
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  if (value.type !== 'json_schema') throw badRequest(`\`${param}.type\` must be json_schema.`, `${param}.type`)
  return { type: 'json_schema', name: formatName, schema: readOpaqueObject(value.schema, `${param}.schema`, reading) }
}
