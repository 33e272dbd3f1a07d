import type { ChatEvent, FinishReason } from '@resoftai/sdk'
import { endedByError } from './answer-error.ts'

type Finish = Extract<ChatEvent, { readonly type: 'finish' }>

/** Keeps back the `finish` of a decoder, with its frame, until the body ends: usage may follow it, and some vendors repeat it. */
export class FinishHold {
  finish: ChatEvent | undefined
  #reason: FinishReason = 'unknown'
  /** Content came behind one: the vendor gives a reason with every piece. None of them is a sign of the end then, and the last one counts. */
  comesWithEvery = false

  /** Adds all but `finish` to `batch`. */
  sort(events: Iterable<ChatEvent>, batch: ChatEvent[]): void {
    for (const event of events) {
      const finish = finishOf(event)
      if (finish === undefined) {
        batch.push(event)
        this.comesWithEvery ||= this.finish !== undefined && isContent(event)
      } else if (finish.reason === 'error') throw endedByError(finish.raw)
      else if (this.finish === undefined || this.#reason === 'unknown' || this.comesWithEvery) {
        this.finish = event
        this.#reason = finish.reason
      }
    }
  }
}

/** The finish that an event is, or tells. */
export function finishOf(event: ChatEvent): Finish | undefined {
  const last = event.type === 'frame' ? event.events.at(-1) : event
  return last?.type === 'finish' ? last : undefined
}

function isContent(event: ChatEvent): boolean {
  if (event.type === 'frame') return event.events.some(isContent)
  return event.type === 'tool_call' || ((event.type === 'text' || event.type === 'reasoning') && event.text !== '')
}
