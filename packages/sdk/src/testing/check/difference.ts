import { inspect } from 'node:util'
import { isObject } from '../../json.ts'

/** The first place where two JSON values differ, in words. Order of keys does not count, and a field that is undefined is absent. */
export function difference(actual: unknown, expected: unknown, path = ''): string | undefined {
  if (Object.is(actual, expected)) return undefined
  if (Array.isArray(actual) && Array.isArray(expected)) {
    for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
      const found = difference(actual[index], expected[index], `${path}[${index}]`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (isObject(actual) && isObject(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const found = difference(actual[key], expected[key], path === '' ? key : `${path}.${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return `${path === '' ? 'value' : path}: expected ${show(expected)}, got ${show(actual)}`
}

/** A value in an error message, cut to a readable length. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 6, breakLength: Infinity })
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** What was thrown, in words. */
export function describe(thrown: unknown): string {
  return isObject(thrown) && typeof thrown['message'] === 'string' ? `${String(thrown['name'])}: ${thrown['message']}` : show(thrown)
}
