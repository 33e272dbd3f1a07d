import type { Message } from '@resoftai/sdk'
import type { Reading } from '../openai/reading.ts'
import { readPlainContent } from './content.ts'

/** The system text as the first message; blocks are one text, as the plugin of this API joins them. */
export function readSystem(value: unknown, reading: Reading): readonly Message[] {
  if (value === undefined || value === null) return []
  const content = readPlainContent(value, 'system', reading)
  return content === '' ? [] : [{ role: 'system', content }]
}
