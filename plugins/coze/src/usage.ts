import { isObject, type ChatEvent } from '@resoftai/sdk'

/** What Coze counted. It sends zeros until it knows (WIRE.md 8.3). */
export function usageEvents(raw: unknown): readonly ChatEvent[] {
  if (!isObject(raw)) return []
  const counted = places.flatMap(([field, place]) => (isCount(raw[place]) ? [[field, raw[place]] as const] : []))
  return counted.length === 0 ? [] : [{ type: 'usage', usage: Object.fromEntries(counted) }]
}

const places = [
  ['inputTokens', 'input_count'],
  ['outputTokens', 'output_count'],
  ['totalTokens', 'token_count']
] as const

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
