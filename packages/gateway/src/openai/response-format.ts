import { isObject, type ResponseFormat } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { readOpaqueObject, wrongType, type Reading } from './reading.ts'
import { readBoolean, readName, readText } from './values.ts'

export function readResponseFormat(value: unknown, param: string, reading: Reading): ResponseFormat {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  switch (value.type) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema':
      return readSchema(value.json_schema, `${param}.json_schema`, reading)
    default:
      throw badRequest(`\`${param}.type\` must be text, json_object or json_schema.`, `${param}.type`)
  }
}

function readSchema(value: unknown, param: string, reading: Reading): ResponseFormat {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  const { strict, description } = value
  return {
    type: 'json_schema',
    name: readName(value.name, `${param}.name`),
    schema: readOpaqueObject(value.schema, `${param}.schema`, reading),
    ...(strict !== undefined && strict !== null && { strict: readBoolean(strict, `${param}.strict`) }),
    ...(description !== undefined && description !== null && { description: readText(description, `${param}.description`) })
  }
}
