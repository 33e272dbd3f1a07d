import { isObject, type JsonObject } from '@resoftai/sdk'
import { badRequest, type GatewayError } from '../error.ts'

/** What is counted while one body is read: however it is made, the work it causes has an end. */
export interface Reading {
  /** Values that are passed on unread, so far. */
  opaqueValues: number
  /** Fields of messages and their parts that no request has a place for. */
  readonly dropped: Set<string>
}

/** Far more than anybody sends, and little enough to be walked through at once. */
const most = { opaqueValues: 100_000, depth: 100, strangeFields: 100, nameLength: 200 } as const

/**
 * What asks for another address, another account or other headers than those that are configured, and what would be no field but a
 * prototype. No provider is told any of it.
 */
const refused: ReadonlySet<string> = new Set([
  'api_key',
  'api_base',
  'base_url',
  'headers',
  'extra_headers',
  'extra_body',
  'organization',
  'timeout',
  '__proto__',
  'constructor'
])

/** Reads one field; it is there and not `null`. `undefined`: it says nothing. */
type ReadField = (value: unknown, param: string, reading: Reading) => unknown

/** The fields of a body: what each is called in the request, and how it is read. */
export type Fields = Readonly<Record<string, readonly [key: string, read: ReadField]>>

export function startReading(): Reading {
  return { opaqueValues: 0, dropped: new Set() }
}

export function readBody(body: unknown): JsonObject {
  if (!isObject(body)) throw badRequest(`The body must be a JSON object, not ${nameOf(body)}.`)
  return body
}

/**
 * A request out of a body: the fields of the table, and as `extra`, unchanged, whatever nobody here knows: a vendor may. `own` are known
 * too, and read by whoever calls. As everywhere in OpenAI's API a field that is `null` is absent.
 */
export function readFields(body: JsonObject, fields: Fields, own: ReadonlySet<string>, reading: Reading): Record<string, unknown> {
  const request: Record<string, unknown> = {}
  const extra: Record<string, unknown> = {}
  let strange = 0
  for (const name in body) {
    const value = body[name]
    if (Object.hasOwn(fields, name)) {
      if (value !== null) put(request, fields[name] as Fields[string], value, name, reading)
      continue
    }
    if (own.has(name)) continue
    if (refused.has(name)) throw unsupported(name, 'It is set where the gateway is configured.')
    if (++strange > most.strangeFields) throw badRequest(`The body has more than ${most.strangeFields} fields that nobody here knows.`)
    if (name.length > most.nameLength) throw badRequest('The body has a field whose name is too long.')
    extra[name] = readOpaque(value, name, reading)
  }
  if (strange > 0) request.extra = extra
  return request
}

function put(request: Record<string, unknown>, [key, read]: Fields[string], value: unknown, name: string, reading: Reading): void {
  const next = read(value, name, reading)
  if (next === undefined) return
  // `max_tokens` and `max_completion_tokens`, `tools` and `functions`.
  if (request[key] !== undefined && request[key] !== next) {
    throw badRequest(`\`${name}\` contradicts another field that means the same. Send one of them.`, name)
  }
  request[key] = next
}

/** What is passed on as it is: JSON, not too deep to be written again. */
export function readOpaque(value: unknown, param: string, reading: Reading): unknown {
  walk(value, param, reading, 0)
  return value
}

export function readOpaqueObject(value: unknown, param: string, reading: Reading): JsonObject {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  walk(value, param, reading, 0)
  return value
}

function walk(value: unknown, param: string, reading: Reading, depth: number): void {
  if (++reading.opaqueValues > most.opaqueValues) throw badRequest(`\`${param}\` holds too many values.`, param)
  if (typeof value === 'number' && !Number.isFinite(value)) throw badRequest(`\`${param}\` holds a number that is too large.`, param)
  if (typeof value !== 'object' || value === null) return
  if (depth >= most.depth) throw badRequest(`\`${param}\` is nested more than ${most.depth} levels deep.`, param)
  if (Array.isArray(value)) {
    for (const item of value) walk(item, param, reading, depth + 1)
    return
  }
  for (const name in value) {
    if (name === '__proto__') throw badRequest(`\`${param}\` has a field \`__proto__\`.`, param)
    walk((value as JsonObject)[name], param, reading, depth + 1)
  }
}

/** Notes which fields of a message will be told to nobody. */
export function noteDropped(value: JsonObject, known: ReadonlySet<string>, param: string, reading: Reading): void {
  let strange = 0
  for (const name in value) {
    if (known.has(name) || value[name] === null) continue
    if (++strange > most.strangeFields)
      throw badRequest(`\`${param}\` has more than ${most.strangeFields} fields that nobody here knows.`, param)
    if (reading.dropped.size < most.strangeFields && /^[\w.-]{1,64}$/.test(name)) reading.dropped.add(name)
  }
}

export function unsupported(name: string, hint: string): GatewayError {
  return badRequest(`\`${name}\` is not supported. ${hint}`, name, 'unsupported_parameter')
}

export function wrongType(param: string, wanted: string, value: unknown): GatewayError {
  return badRequest(`\`${param}\` must be ${wanted}, not ${nameOf(value)}.`, param)
}

/** Never the value itself: it may be long, or nobody's business. */
function nameOf(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return { string: 'a text', number: 'this number', boolean: 'a boolean', object: 'an object' }[typeof value as string] ?? 'this'
}
