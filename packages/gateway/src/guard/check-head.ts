import type { IncomingMessage } from 'node:http'
import { badRequest, type GatewayError } from '../error.ts'

/** What Node.js lets through, and those between here and the client may understand otherwise. */
export function checkHead({ httpVersionMajor, rawHeaders }: IncomingMessage): GatewayError | undefined {
  // A request line without a version.
  if (httpVersionMajor < 1) return badRequest('This needs HTTP/1.1.')
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  return hosts > 1 ? badRequest('A request has one host.', 'Host') : undefined
}
