import { HostError } from '@resoftai/core'
import type { Input } from './commands/spec.ts'
import type { Translate } from './messages/index.ts'

export interface Bounds {
  readonly least: number
  readonly most?: number
  readonly integer?: boolean
}

/** A number that was typed as an option. Throws `HostError` `usage` for anything else. */
export function numberOption(input: Input, name: string, flag: string, bounds: Bounds, text: Translate): number | undefined {
  const typed = input.value(name)
  if (typed === undefined) return undefined
  const { least, most = Number.MAX_SAFE_INTEGER, integer = false } = bounds
  const value = Number(typed)
  if (typed.trim() !== '' && value >= least && value <= most && (!integer || Number.isInteger(value))) return value
  const range = bounds.most === undefined ? `≥ ${least}` : `${least}–${most}`
  throw new HostError('usage', text(integer ? 'usage.integer' : 'usage.number', { flag, range }))
}
