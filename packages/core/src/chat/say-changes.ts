import { ProviderError, type WireRequest } from '@resoftai/sdk'
import type { StartedProvider } from './started-provider.ts'

/** What the vendor cannot do is logged; a strict caller is refused instead, before anything is sent. */
export function sayChanges(wire: WireRequest, { name, settings, log }: StartedProvider, model: string, strict = settings.strict): void {
  if (strict) refuseChanges(wire)
  if (wire.warnings !== undefined && wire.warnings.length > 0) {
    log.warn('the request was changed', { provider: name, model, changes: wire.warnings })
  }
}

export function refuseChanges({ warnings = [] }: WireRequest): void {
  if (warnings.length === 0) return
  throw new ProviderError('bad_request', `The request cannot be sent as it is: ${warnings.join(' ')}`, {
    code: 'strict',
    hint: 'Leave out what this model cannot do, or ask without `strict`.'
  })
}
