import type { ConfigField } from '@resoftai/core'
import { localText } from '../local-text.ts'
import type { Locale } from '../locale.ts'

/** What a person is asked for one field of a plugin's schema. */
export interface FieldQuestion {
  readonly key: string
  readonly field: ConfigField
  readonly kind: 'secret' | 'choice' | 'switch' | 'text'
  readonly label: string
  /** As it would be typed; empty when there is none. */
  readonly initial: string
}

/** `undefined` for a field that a line of text cannot hold; such a one is written in the configuration file. */
export function questionFor(key: string, field: ConfigField, current: unknown, locale: Locale): FieldQuestion | undefined {
  const type = field['type']
  if (type === 'object') return undefined
  const title = localText(field['title'] as string | undefined, locale)
  const help = localText(field['x-help'], locale)
  const label = [title === '' ? key : `${title} (${key})`, help].filter(part => part !== '').join(' · ')
  const kind = field.writeOnly === true ? 'secret' : Array.isArray(field['enum']) ? 'choice' : type === 'boolean' ? 'switch' : 'text'
  return { key, field, kind, label, initial: kind === 'secret' ? '' : toText(current) }
}

function toText(value: unknown): string {
  if (value === undefined) return ''
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
}
