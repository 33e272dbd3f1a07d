/** The arguments of a call as an object, or what is wrong with its text. `dropped` names keys that were left out for safety. */
export type ParsedArguments =
  | { readonly ok: true; readonly args: Readonly<Record<string, unknown>>; readonly dropped: readonly string[] }
  | { readonly ok: false; readonly problem: string }

export function parseArguments(text: string): ParsedArguments {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, problem: `not valid JSON: ${(error as Error).message}` }
  }
  if (!isObject(value)) return { ok: false, problem: `must be a JSON object, not ${nameOf(value)}` }
  return { ok: true, args: value, dropped: suspicious.test(text) ? dropPrototypeKeys(value) : [] }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

/** A key can also be written with escapes. */
const suspicious = /__proto__|constructor|\\u/

/**
 * Removes the keys with which a tool that merges objects would change every object of the process. Not recursive, as arguments may be
 * nested deeper than the stack.
 */
function dropPrototypeKeys(root: object): string[] {
  const dropped = new Set<string>()
  const open: object[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const [key, value] of Object.entries(node)) {
      if (key === '__proto__' || (key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype'))) {
        Reflect.deleteProperty(node, key)
        dropped.add(key)
      } else if (typeof value === 'object' && value !== null) open.push(value)
    }
  }
  return [...dropped]
}
