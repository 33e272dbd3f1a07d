import { isObject } from '../../json.ts'

export type Path = readonly (string | number)[]

/** Of every part of a JSON value, itself first. */
export function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path
  if (Array.isArray(value)) for (const [index, part] of value.entries()) yield* pathsOf(part, [...path, index])
  else if (isObject(value)) for (const [key, part] of Object.entries(value)) yield* pathsOf(part, [...path, key])
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((part, key) => (part as Readonly<Record<string | number, unknown>>)[key], value)
}

/** A copy with another part at the path. */
export function replaceAt(value: unknown, path: Path, part: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return part
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === key ? replaceAt(item, rest, part) : item))
  return isObject(value) ? { ...value, [key]: replaceAt(value[key], rest, part) } : value
}
