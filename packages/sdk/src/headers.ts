type HeaderFields = Readonly<Record<string, string>>

/**
 * A dialect's own headers and the request's, which win. Names may be written with `_`, as a name in a config file or a keyword argument:
 * `HTTP_Referer` is sent as `HTTP-Referer`.
 */
export function joinHeaders(own: HeaderFields, asked: HeaderFields | undefined): HeaderFields {
  if (asked === undefined) return own
  const headers = new Map<string, readonly [name: string, value: string]>()
  for (const [given, value] of [...Object.entries(own), ...Object.entries(asked)]) {
    const name = given.replaceAll('_', '-')
    headers.set(name.toLowerCase(), [name, value])
  }
  return Object.fromEntries(headers.values())
}
