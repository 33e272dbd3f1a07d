/** Text from an environment variable as the schema of its field wants it. What does not fit stays text, and the schema refuses it. */
export function coerceText(text: string, field: Readonly<Record<string, unknown>>): unknown {
  const trimmed = text.trim()
  switch (field['type']) {
    case 'number':
    case 'integer': {
      const number = Number(trimmed)
      return trimmed === '' || !Number.isFinite(number) ? text : number
    }
    case 'boolean':
      if (/^(true|yes|on|1)$/i.test(trimmed)) return true
      return /^(false|no|off|0)$/i.test(trimmed) ? false : text
    case 'array':
      if (trimmed.startsWith('[')) return parseJson(text)
      return trimmed === '' ? [] : trimmed.split(',').map(item => item.trim())
    case 'object':
      return parseJson(text)
    default:
      return text
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
