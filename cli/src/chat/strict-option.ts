import type { CallOptions } from '@resoftai/core'
import type { Input } from '../commands/spec.ts'

/** Without `--strict` the configuration decides. */
export function strictOption(input: Input): Pick<CallOptions, 'strict'> {
  return input.flag('strict') ? { strict: true } : {}
}
