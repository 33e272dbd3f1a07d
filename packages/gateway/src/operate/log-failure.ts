import { isProviderError } from '@resoftai/sdk'
import type { Log } from '@resoftai/core'
import type { GatewayError } from '../error.ts'

/**
 * A line for a failure that is not the client's: what the gateway or a provider failed at. A provider's words may quote a prompt, so only the
 * kind of its failure is told.
 */
export function logFailure(log: Log, requestId: string, error: unknown, { status: answered }: GatewayError): void {
  if (answered < 500) return
  if (!isProviderError(error)) return log.error('A request failed.', { requestId, error: rootOf(error) })
  const { kind, code, status, provider } = error
  log.warn('A provider failed.', { requestId, kind, code, status, provider })
}

/** An error that was made for the client says less than what it was made of. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}
