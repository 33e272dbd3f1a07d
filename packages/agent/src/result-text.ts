export interface ResultText {
  readonly content: string
  readonly isError: boolean
}

/** What the model reads of a tool's return value: a text as it is, anything else as JSON, `null` for nothing. */
export function resultText(value: unknown, maxChars: number): ResultText {
  if (typeof value === 'string') return { content: cut(value, maxChars), isError: false }
  try {
    // For `undefined`, functions and symbols there is no JSON, whatever the type says.
    const json = JSON.stringify(value) as string | undefined
    return { content: cut(json ?? 'null', maxChars), isError: false }
  } catch (error) {
    return { content: cut(`The tool ran, but its result cannot be written as JSON: ${messageOf(error)}`, maxChars), isError: true }
  }
}

export function failureText(name: string, error: unknown, maxChars: number): ResultText {
  return { content: cut(`The tool "${name}" failed: ${messageOf(error)}`, maxChars), isError: true }
}

/** A tool may throw anything, also something that cannot be made a text. */
function messageOf(error: unknown): string {
  try {
    const message: unknown = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
    return String(message)
  } catch {
    return 'unknown error'
  }
}

function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  return `${text.slice(0, maxChars)}\n[cut: the first ${maxChars} of ${text.length} characters]`
}
