import { isObject, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import { dataEvent } from './coze-data.ts'
import { unreadable } from './errors.ts'
import { readInterruption } from './interruption.ts'
import { usageEvents } from './usage.ts'

/** The whole answer of a run: its output is a text, JSON as a rule, and is told as it is. */
export function decodeRun(body: JsonObject): readonly ChatEvent[] {
  const { data, usage, interrupt_data } = body
  const execute_id = textOf(body.execute_id)
  if (isObject(interrupt_data) && textOf(interrupt_data.event_id) !== undefined) {
    return [...usageEvents(usage), ...readInterruption(interrupt_data, { stream: false, isAsked: false })]
  }
  const end: ChatEvent = { type: 'finish', reason: 'stop' }
  if (typeof data === 'string') return [...(data === '' ? [] : [{ type: 'text', text: data } as const]), ...usageEvents(usage), end]
  if (execute_id === undefined) throw unreadable('JSON that holds no reply')
  return [{ type: 'warning', message: `The workflow runs on by itself as ${execute_id}.` }, dataEvent({ execute_id }), end]
}
