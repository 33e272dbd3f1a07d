import type { ChatEvent, FinishReason } from '@resoftai/sdk'
import { endedByError } from './answer-error.ts'

type Finish = { readonly type: 'finish'; readonly reason: FinishReason; readonly raw?: string }

/** Keeps back the `finish` of a decoder until the body ends: usage may follow it, and some vendors repeat it. */
export class FinishHold {
  finish: Finish | undefined
  /** Content came behind one: the vendor gives a reason with every piece. None of them is a sign of the end then, and the last one counts. */
  comesWithEvery = false

  /** Adds all but `finish` to `batch`. */
  sort(events: Iterable<ChatEvent>, batch: ChatEvent[]): void {
    for (const event of events) {
      if (event.type !== 'finish') {
        batch.push(event)
        this.comesWithEvery ||= this.finish !== undefined && isContent(event)
      } else if (event.reason === 'error') throw endedByError(event.raw)
      else if (this.finish === undefined || this.finish.reason === 'unknown' || this.comesWithEvery) this.finish = event
    }
  }
}

function isContent(event: ChatEvent): boolean {
  return event.type === 'tool_call' || ((event.type === 'text' || event.type === 'reasoning') && event.text !== '')
}
