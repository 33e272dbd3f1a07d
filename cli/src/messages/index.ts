import type { Locale } from '../locale.ts'
import type { en } from './en.ts'

export type MessageKey = keyof typeof en
export type Messages = Readonly<Record<MessageKey, string>>
/** A text in the user's language, `{name}` replaced by `values.name`. */
export type Translate = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string

/** Only the language that is asked for is loaded. */
export async function loadMessages(locale: Locale): Promise<Translate> {
  const messages: Messages = locale === 'zh-CN' ? (await import('./zh-CN.ts')).zhCN : (await import('./en.ts')).en
  return (key, values = {}) => messages[key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
