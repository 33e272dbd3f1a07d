import type { LocalText } from '@resoftai/core'
import type { Locale } from './locale.ts'

/** A text of a manifest in the user's language, else in English, else in whatever it has. */
export function localText(text: LocalText | undefined, locale: Locale): string {
  if (text === undefined || typeof text === 'string') return text ?? ''
  return text[locale] ?? text['en'] ?? Object.values(text)[0] ?? ''
}
