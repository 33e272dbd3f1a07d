import type { IncomingHttpHeaders } from 'node:http'

/** More than any key; a longer header is no key. */
const mostChars = 512

/**
 * The key of a request: `Authorization: Bearer …` as OpenAI's clients send it, or `x-api-key` as Anthropic's do. `undefined`: none, or two that
 * differ. Never from the query, where logs would have it.
 */
export function readKey({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): string | undefined {
  const bearer = authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization.slice(0, mostChars))?.[1]
  if (authorization !== undefined && bearer === undefined) return undefined
  const plain = typeof apiKey === 'string' && apiKey !== '' ? apiKey.slice(0, mostChars) : undefined
  return bearer !== undefined && plain !== undefined && bearer !== plain ? undefined : (bearer ?? plain)
}
