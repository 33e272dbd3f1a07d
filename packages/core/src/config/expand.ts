import type { Problem } from '../error.ts'
import type { Environment } from './home.ts'

interface Expanded {
  /** A copy made of plain objects, arrays and simple values only. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Problems for variables that are not set, by path; their place in `value` is left empty. */
  readonly unset: readonly Problem[]
  /** By path: the variables the text there was made from. */
  readonly variables: ReadonlyMap<string, readonly string[]>
}

const deepest = 64
const poisoned = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Copies a value that came from outside, and puts environment variables into its texts: `${NAME}`, and `${NAME:-default}` for when it
 * is unset or empty. `$${` is a plain `${`. What was put in is not expanded again.
 */
export function expand(value: unknown, env: Environment): Expanded {
  const problems: Problem[] = []
  const unset: Problem[] = []
  const variables = new Map<string, readonly string[]>()
  const copy = (from: unknown, path: string, depth: number): unknown => {
    if (typeof from === 'string') return copyText(from, path)
    if (from === null || typeof from === 'number' || typeof from === 'boolean') return from
    if (depth > deepest) {
      problems.push({ message: 'The configuration is nested too deeply.', path })
      return null
    }
    if (Array.isArray(from)) return from.map((item, index) => copy(item, join(path, String(index)), depth + 1))
    if (isPlainObject(from)) return copyObject(from, path, depth)
    problems.push({
      message: `${path || 'The configuration'} is not plain data.`,
      path,
      suggestion: 'Use text, numbers, true, false, lists and mappings.'
    })
    return null
  }
  const copyObject = (from: object, path: string, depth: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(from)) {
      if (poisoned.has(key)) problems.push({ message: `The key ${key} is not allowed.`, path: join(path, key) })
      else if (item !== undefined) made[key] = copy(item, join(path, key), depth + 1)
    }
    return made
  }
  const copyText = (text: string, path: string): string => {
    if (!text.includes('${')) return text
    const result = expandText(text, env)
    if (result.malformed) {
      const suggestion = 'Write ${NAME} or ${NAME:-default}; $${ is a plain ${.'
      problems.push({ message: 'A variable is not written correctly.', path, suggestion })
    }
    for (const name of result.unset) {
      unset.push({ message: `The variable ${name} is not set.`, path, suggestion: `Set ${name} in the environment or in .env.` })
    }
    variables.set(path, result.variables)
    return result.text
  }
  return { value: copy(value, '', 0), problems, unset, variables }
}

function expandText(text: string, env: Environment): { text: string; variables: string[]; unset: string[]; malformed: boolean } {
  const variables: string[] = []
  const unset: string[] = []
  let malformed = false
  const expanded = text.replace(
    /\$\$\{|\$\{([A-Za-z_]\w*)(:-([^{}]*))?\}|\$\{/g,
    (match, name?: string, withDefault?: string, fallback?: string) => {
      if (match === '$${') return '${'
      if (name === undefined) {
        malformed = true
        return match
      }
      variables.push(name)
      const value = env[name]
      if (withDefault !== undefined) return value || (fallback ?? '')
      if (value === undefined) unset.push(name)
      return value ?? ''
    }
  )
  return { text: expanded, variables, unset, malformed }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Not `=== Object.prototype`: the object may come from another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
