import type { Dialect, WireEvent } from '../dialect.ts'
import type { ChatEvent } from '../event.ts'
import { ReplyBuilder, type ChatReply } from '../reply.ts'

/** What a dialect makes of a stream, up to its end mark. Throws what its reader throws. */
export function readEvents(dialect: Dialect, wire: Iterable<WireEvent>): readonly ChatEvent[] {
  const decode = dialect.streamDecoder()
  const events: ChatEvent[] = []
  for (const event of wire) {
    const meaning = decode(event)
    if (meaning === 'done') break
    events.push(...meaning)
  }
  return events
}

/** The events of a dialect as a reply, joined as a host joins them. Throws `truncated` when there is no `finish`. `model` is the one asked for. */
export function joinEvents(events: Iterable<ChatEvent>, model = ''): ChatReply {
  const all = [...events]
  const finish = finishOf(all)
  const builder = new ReplyBuilder(model)
  for (const event of all) if (event.type !== 'finish') builder.add(event)
  if (finish !== undefined) builder.add(finish)
  return builder.reply()
}

/** The first that is not `unknown`; where content came behind one, the last. */
export function finishOf(events: readonly ChatEvent[]): ChatEvent | undefined {
  let finish: Extract<ChatEvent, { readonly type: 'finish' }> | undefined
  let comesWithEvery = false
  for (const event of events) {
    if (event.type !== 'finish') comesWithEvery ||= finish !== undefined && isContent(event)
    else if (finish === undefined || finish.reason === 'unknown' || comesWithEvery) finish = event
  }
  return finish
}

function isContent(event: ChatEvent): boolean {
  return event.type === 'tool_call' || ((event.type === 'text' || event.type === 'reasoning') && event.text !== '')
}
