import type { ConfigField } from '@resoftai/core'

/** What somebody typed for a field, as the type its schema names. What does not fit stays a text: the schema then says what is wrong. */
export function typedValue(text: string, field: ConfigField | undefined): unknown {
  switch (field?.['type']) {
    case 'number':
    case 'integer':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'array':
      return text.trimStart().startsWith('[')
        ? parsed(text)
        : text
            .split(',')
            .map(item => item.trim())
            .filter(item => item !== '')
    case 'object':
      return parsed(text)
    case undefined:
      // A setting every provider has, such as `timeout`: what it must be is known only to the host.
      return field === undefined && /^(-?\d|true$|false$|\[|\{)/.test(text) ? parsed(text) : text
    default:
      return text
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
