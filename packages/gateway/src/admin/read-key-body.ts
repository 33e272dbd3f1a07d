import type { ClientKey, KeyBudget, KeyChanges } from '@resoftai/storage'
import { badRequest, type GatewayError } from '../error.ts'

const possibleName = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u
const possibleModel = /^[^\s\p{C}]{1,200}$/u
/** Of an amount as the configuration has it. */
const possibleLimit = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,9})? [A-Z]{3}$/
const periods: readonly string[] = ['request', 'day', 'week', 'month', 'total'] satisfies readonly KeyBudget['per'][]
const mostItems = 100

const limitFields = ['models', 'budgets', 'requestsPerMinute', 'tokensPerMinute', 'parallel', 'expiresAt']

/** Of a key to be made. Throws `GatewayError` 400. */
export function readNewKey(body: unknown, now: number): Pick<ClientKey, 'name' | 'role'> & KeyChanges {
  const fields = readFields(body, ['name', 'role', ...limitFields])
  const { name, role = 'client' } = fields
  if (typeof name !== 'string' || !possibleName.test(name)) {
    throw wrong('name', 'a letter or digit, then up to 63 letters, digits and any of . _ @ -')
  }
  if (role !== 'client' && role !== 'admin') throw wrong('role', '`client` or `admin`')
  return { name, role, ...readLimits(fields, now) }
}

/** What is to be changed of a key; `null` takes a limit away. Throws `GatewayError` 400. */
export function readKeyChanges(body: unknown, now: number): KeyChanges {
  return readLimits(readFields(body, limitFields), now)
}

const longestGraceSeconds = 366 * 24 * 3600

/** How long the secrets before a new one stay valid. Throws `GatewayError` 400. */
export function readGraceMs(body: unknown): number {
  const { graceSeconds = 24 * 3600 } = body === undefined || body === null ? {} : readFields(body, ['graceSeconds'])
  if (!isWhole(graceSeconds, 0) || graceSeconds > longestGraceSeconds)
    throw wrong('graceSeconds', `a whole number up to ${longestGraceSeconds}`)
  return graceSeconds * 1000
}

type Fields = Readonly<Record<string, unknown>>

function readFields(body: unknown, known: readonly string[]): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('The request body must be a JSON object.')
  for (const name of Object.keys(body)) {
    if (!known.includes(name))
      throw badRequest(`There is no field ${JSON.stringify(name.slice(0, 100))}; known are: ${known.join(', ')}.`, name.slice(0, 100))
  }
  return body as Fields
}

function readLimits(fields: Fields, now: number): KeyChanges {
  const { models, budgets, requestsPerMinute, tokensPerMinute, parallel, expiresAt } = fields
  return {
    ...(models !== undefined && { models: readModels(models) }),
    ...(budgets !== undefined && { budgets: readBudgets(budgets) }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute: readLimit('requestsPerMinute', requestsPerMinute) }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute: readLimit('tokensPerMinute', tokensPerMinute) }),
    ...(parallel !== undefined && { parallel: readLimit('parallel', parallel) }),
    ...(expiresAt !== undefined && { expiresAt: readExpiry(expiresAt, now) })
  }
}

function readModels(value: unknown): readonly string[] | null {
  if (value === null) return null
  const isList = Array.isArray(value) && value.length > 0 && value.length <= mostItems
  if (isList && value.every(model => typeof model === 'string' && possibleModel.test(model)))
    return [...new Set(value as readonly string[])]
  throw wrong('models', `a list of 1 to ${mostItems} model references, routes or patterns with a star, or null for all`)
}

function readBudgets(value: unknown): readonly KeyBudget[] {
  if (Array.isArray(value) && value.length <= mostItems && value.every(isBudget)) return value.map(({ per, limit }) => ({ per, limit }))
  throw wrong('budgets', 'a list such as [{"per": "day", "limit": "20 CNY"}]; per is request, day, week, month or total')
}

function isBudget(value: unknown): value is KeyBudget {
  if (typeof value !== 'object' || value === null) return false
  const { per, limit, ...rest } = value as Partial<KeyBudget>
  if (typeof per !== 'string' || typeof limit !== 'string' || Object.keys(rest).length > 0) return false
  return periods.includes(per) && possibleLimit.test(limit)
}

function readLimit(name: string, value: unknown): number | null {
  if (value === null || isWhole(value, 1)) return value
  throw wrong(name, 'a whole number from 1, or null for none')
}

function readExpiry(value: unknown, now: number): number | null {
  if (value === null) return null
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : NaN
  if (at > now) return at
  throw wrong('expiresAt', 'a time to come such as 2027-01-31T00:00:00Z, or null for never')
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least
}

function wrong(field: string, expected: string): GatewayError {
  return badRequest(`${field} must be ${expected}.`, field)
}
