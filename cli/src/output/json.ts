// Valid in JSON, but not harmless on a terminal.
const unsafe = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** One JSON document, without secrets, safe to show on a terminal, equal to `value` otherwise. */
export function formatJson(value: unknown, redact: (text: string) => string): string {
  const text = JSON.stringify(plain(value, redact), undefined, 2)
  return text.replaceAll(unsafe, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function plain(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(item => plain(item, redact))
  const own = 'toJSON' in value && typeof value.toJSON === 'function' ? (value.toJSON() as unknown) : value
  if (typeof own !== 'object' || own === null) return plain(own, redact)
  return Object.fromEntries(Object.entries(own).map(([name, item]) => [redact(name), plain(item, redact)]))
}
