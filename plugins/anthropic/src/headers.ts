/**
 * The dialect's own headers and the request's, which win. Names may be written with `_`: `HTTP_Referer` is sent as `HTTP-Referer`.
 */
export function joinHeaders(
  own: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>> = {}
): Readonly<Record<string, string>> {
  const headers = new Map<string, readonly [name: string, value: string]>()
  for (const [given, value] of [...Object.entries(own), ...Object.entries(asked)]) {
    const name = given.replaceAll('_', '-')
    headers.set(name.toLowerCase(), [name, value])
  }
  return Object.fromEntries(headers.values())
}
