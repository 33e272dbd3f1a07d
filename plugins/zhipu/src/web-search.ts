import type { Config } from './config.ts'

/** The search that the vendor runs for the model (WIRE.md 7.3). Its results are asked for: they become citations. */
export function webSearchTools(settings: Config['web_search'] = false): readonly unknown[] {
  if (settings === false) return []
  return [{ type: 'web_search', web_search: { enable: true, search_result: true, ...(settings === true ? {} : settings) } }]
}
