const deepest = 8
const secretField =
  /^(authorization|proxy-authorization|cookie|set-cookie|api[-_]?key|x-api-key|x-goog-api-key|password|secret|access_token|refresh_token)$/i
const placeholder = /\{\{secret:/

/** Copies any value into plain data that JSON can hold, every text passed through `scrub`. Never throws. */
export function scrubValue(value: unknown, scrub: (text: string) => string): unknown {
  const open = new Set<object>()
  const copy = (from: unknown, depth: number): unknown => {
    if (typeof from === 'string') return scrub(from)
    if (typeof from === 'bigint') return from.toString()
    if (typeof from === 'function' || typeof from === 'symbol') return `[${typeof from}]`
    if (typeof from !== 'object' || from === null) return from
    if (open.has(from)) return '[circular]'
    if (depth > deepest) return '[too deep]'
    open.add(from)
    try {
      return copyObject(from, depth)
    } catch {
      return '[unreadable]'
    } finally {
      open.delete(from)
    }
  }
  const copyObject = (from: object, depth: number): unknown => {
    if (Array.isArray(from)) return from.map(item => copy(item, depth + 1))
    if (ArrayBuffer.isView(from)) return `[${from.byteLength} bytes]`
    if (isError(from)) return copyError(from, depth)
    if (hasToJson(from)) return copy(from.toJSON(), depth + 1)
    const entries: Iterable<readonly [unknown, unknown]> = isIterableOfPairs(from) ? from.entries() : Object.entries(from)
    return copyFields(entries, depth)
  }
  const copyFields = (entries: Iterable<readonly [unknown, unknown]>, depth: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {}
    for (const [key, item] of entries) {
      const name = scrub(String(key))
      const hidden = secretField.test(name) && typeof item === 'string' && !placeholder.test(item)
      define(made, name, hidden ? '[redacted]' : copy(item, depth + 1))
    }
    return made
  }
  const copyError = (error: Error, depth: number): unknown => {
    const { name, message, cause } = error
    const own: unknown = hasToJson(error) ? error.toJSON() : error
    return {
      name: copy(name, depth),
      message: copy(message, depth),
      ...(typeof own === 'object' && own !== null && copyFields(Object.entries(own), depth)),
      ...(typeof error.stack === 'string' && { stack: scrub(error.stack) }),
      ...(cause !== undefined && { cause: copy(cause, depth + 1) })
    }
  }
  return copy(value, 0)
}

function isError(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function'
}

function isIterableOfPairs(value: object): value is { entries(): Iterable<readonly [unknown, unknown]> } {
  return value instanceof Map || Object.prototype.toString.call(value) === '[object Headers]'
}

/** `__proto__` becomes a field like any other. */
function define(made: object, name: string, value: unknown): void {
  Object.defineProperty(made, name, { value, enumerable: true, writable: true, configurable: true })
}
