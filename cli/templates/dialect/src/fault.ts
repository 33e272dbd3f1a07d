import { ProviderError, type ProviderErrorKind } from '@resoftai/sdk'
import { isFields, type Fields } from './wire.ts'

/** The vendor's words for what went wrong, and ours. */
const kinds = new Map<unknown, ProviderErrorKind>([
  ['bad_key', 'auth'],
  ['no_such_model', 'not_found'],
  ['too_long', 'context_length'],
  ['out_of_credit', 'quota'],
  ['busy', 'overloaded']
])

/** `undefined` for what is not in the list: then the host judges by the status. */
export function readFault(body: unknown): ProviderError | undefined {
  const { fault, message }: Fields = isFields(body) ? body : {}
  const kind = kinds.get(fault)
  const words = typeof message === 'string' ? message : ''
  return kind && new ProviderError(kind, words || `The vendor says ${String(fault)}.`, { vendorCode: String(fault) })
}
