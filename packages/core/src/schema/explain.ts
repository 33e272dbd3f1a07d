import type { SchemaError } from './problems.ts'

/** One sentence for what is wrong with the value called `name`. */
export function explain(error: SchemaError, name: string): string {
  const { keyword, params, parentSchema } = error
  const expected = parentSchema?.['x-expected']
  if (error.propertyName !== undefined) {
    return `"${short(error.propertyName)}" is not a good name: ${typeof expected === 'string' ? expected : rule(error, parentSchema)}.`
  }
  if (keyword === 'required') return `${short(name)} is missing.`
  if (keyword === 'dependentRequired') return `${short(name)} is missing: ${String(params['property'])} needs it.`
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') return `Unknown key "${short(name)}".`
  if (keyword === 'pattern' && typeof expected === 'string') return `${short(name)} must be ${expected}.`
  return `${short(name)} ${rule(error, parentSchema)}.`
}

function rule({ keyword, params, data }: SchemaError, parentSchema: SchemaError['parentSchema']): string {
  const limit = String(params['limit'])
  switch (keyword) {
    case 'type':
      return `must be ${either(params['type'])}, not ${params['type'] === 'integer' && typeof data === 'number' ? 'a fraction' : kindOf(data)}`
    case 'enum':
      return `must be one of ${list(params['allowedValues'])}`
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'minimum':
      return `must be at least ${limit}`
    case 'maximum':
      return `must be at most ${limit}`
    case 'exclusiveMinimum':
      return `must be greater than ${limit}`
    case 'exclusiveMaximum':
      return `must be less than ${limit}`
    case 'multipleOf':
      return `must be a multiple of ${String(params['multipleOf'])}`
    case 'minLength':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} characters`
    case 'maxLength':
      return `must have at most ${limit} characters`
    case 'minItems':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} items`
    case 'maxItems':
      return `must have at most ${limit} items`
    case 'minProperties':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} keys`
    case 'maxProperties':
      return `must have at most ${limit} keys`
    case 'uniqueItems':
      return 'must not hold the same item twice'
    case 'pattern':
      return `does not match ${String(params['pattern'])}`
    case 'format':
      return `must be ${formats[String(params['format'])] ?? `a valid ${String(params['format'])}`}`
    case 'anyOf':
    case 'oneOf':
      return choice(parentSchema?.[keyword], data)
    case 'not':
    case 'false schema':
      return 'is not allowed here'
    default:
      return `does not fit the schema (${keyword})`
  }
}

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'null'
}

const formats: Readonly<Record<string, string>> = {
  uri: 'a URL such as https://example.com/v1',
  email: 'an e-mail address',
  date: 'a date such as 2026-11-21',
  'date-time': 'a time such as 2026-11-21T10:00:00Z'
}

function choice(branches: unknown, data: unknown): string {
  const forms = (Array.isArray(branches) ? branches : []) as readonly { readonly type?: unknown; readonly required?: unknown }[]
  const needed = forms.map(form => (Array.isArray(form?.required) ? form.required.join(' and ') : undefined))
  if (typeName(data) === 'object' && needed.length > 0 && needed.every(names => names !== undefined))
    return `must have ${needed.join(', or ')}`
  const wanted = forms.map(form => form?.type)
  if (wanted.length > 0 && wanted.every(type => typeof type === 'string') && !wanted.includes(typeName(data))) {
    return `must be ${either(wanted)}, not ${kindOf(data)}`
  }
  return 'fits none of the allowed forms'
}

function either(type: unknown): string {
  return (Array.isArray(type) ? type : [type]).map(name => types[String(name)] ?? String(name)).join(' or ')
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function kindOf(value: unknown): string {
  return typeof value === 'boolean' ? 'true or false' : (types[typeName(value)] ?? typeof value)
}

function list(values: unknown): string {
  const all = Array.isArray(values) ? values.map(value => (typeof value === 'string' ? value : JSON.stringify(value))) : []
  return all.length > 20 ? `${all.slice(0, 20).join(', ')}, …` : all.join(', ')
}

function short(name: string): string {
  return name.length > 80 ? `${name.slice(0, 79)}…` : name
}
