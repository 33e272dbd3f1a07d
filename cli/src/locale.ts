export type Locale = 'en' | 'zh-CN'

/** The language of the messages: the first of the variables that is set decides, else the system's setting. */
export function chooseLocale(env: Readonly<Record<string, string | undefined>>): Locale {
  const named = env['RESOFTAI_LANG'] || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || Intl.DateTimeFormat().resolvedOptions().locale
  return /^zh\b|^zh[_-]/i.test(named) ? 'zh-CN' : 'en'
}
