/** Every way a secret may stand in a text: as it is, JSON-escaped, URL-encoded, in base64 at any offset. */
export function writtenForms(secret: string): ReadonlySet<string> {
  const encoded = encodeURIComponent(secret.toWellFormed())
  const json = JSON.stringify(secret).slice(1, -1)
  return new Set([
    secret,
    json,
    // PHP escapes slashes; JSON in JSON escapes twice.
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase()),
    ...base64Forms(secret)
  ])
}

/**
 * The characters of base64 that the secret alone decides, for each of the three places in a group of three bytes where it may begin.
 * So it is found inside something longer, such as `user:key`.
 */
function* base64Forms(secret: string): Generator<string> {
  const bytes = Buffer.from(secret)
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const core = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    yield core
    yield core.replaceAll('+', '-').replaceAll('/', '_')
  }
}
