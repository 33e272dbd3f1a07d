/**
 * Whether a JSON text has more than `most` keys, told before it is parsed: an object of a million keys takes seconds to parse and to read, while
 * as much text in strings takes none. Colons in strings do not count, but for one at the beginning of a string.
 */
export function hasTooManyKeys(json: string, most: number): boolean {
  let keys = 0
  for (let colon = json.indexOf(':'); colon >= 0; colon = json.indexOf(':', colon + 1)) {
    if (endsString(json, colon) && ++keys > most) return true
  }
  return false
}

/** Whether a string ends before this place: blanks, a quote, and in front of it an even number of backslashes. */
function endsString(json: string, place: number): boolean {
  let at = place - 1
  while (at >= 0 && isBlank(json.charCodeAt(at))) at--
  if (json.charCodeAt(at) !== 34) return false
  let backslashes = 0
  while (json.charCodeAt(--at) === 92) backslashes++
  return backslashes % 2 === 0
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}
