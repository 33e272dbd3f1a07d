import { readList, readCount, readInteger, readNumber, readText } from './values.ts'
import type { Fields } from './reading.ts'

const mostStops = 64

/** What chat and the older completions have in common. */
export const samplingFields: Fields = {
  temperature: ['temperature', readNumber],
  top_p: ['topP', readNumber],
  max_tokens: ['maxTokens', readCount],
  stop: ['stop', readStop],
  seed: ['seed', readInteger],
  presence_penalty: ['presencePenalty', readNumber],
  frequency_penalty: ['frequencyPenalty', readNumber],
  user: ['user', readText]
}

/** `undefined` for an empty list: nothing stops the model. */
function readStop(value: unknown, param: string): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.length === 0) return undefined
  return readList(value, param, mostStops).map((item, position) => readText(item, `${param}.${position}`))
}
