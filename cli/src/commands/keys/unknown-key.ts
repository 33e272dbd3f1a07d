import { HostError } from '@resoftai/core'
import type { Translate } from '../../messages/index.ts'

export function unknownKey(name: string, text: Translate): HostError {
  return new HostError('not_found', text('keys.unknown', { name }), { hint: text('keys.unknownHint') })
}
