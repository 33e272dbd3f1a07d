/** Parsed JSON, else the text, as a host gives bodies to a dialect. */
export function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
