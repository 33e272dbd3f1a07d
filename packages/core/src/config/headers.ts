/** Set by the host, or by the plugin from a secret field; see FAULTS A11. */
const reserved = new Set([
  'authorization',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

/** What is wrong with headers from a configuration, by name. Never quotes a value. */
export function judgeHeaders(headers: Readonly<Record<string, unknown>>): readonly { readonly name: string; readonly message: string }[] {
  const seen = new Map<string, string>()
  return Object.entries(headers).flatMap(([name, value]) => {
    // HTTP_Referer and X_Title are sent with hyphens.
    const sent = name.replaceAll('_', '-').toLowerCase()
    const twin = seen.get(sent)
    seen.set(sent, name)
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) return { name, message: 'is not the name of a header' }
    if (reserved.has(sent)) return { name, message: 'is a header that only the host sets' }
    if (twin !== undefined) return { name, message: `is the same header as ${twin}` }
    if (!isHeaderValue(value)) {
      return { name, message: 'has a value that no header can carry (a line end, a control character or a letter outside Latin-1)' }
    }
    return []
  })
}

/** Visible Latin-1 and blanks only: a line end would begin another header. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)
}
