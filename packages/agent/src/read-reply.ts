import type { ChatEvent, ChatReply, ReplyBuilder } from '@resoftai/sdk'
import type { AgentEvent } from './event.ts'
import type { RunLimit } from './run-limit.ts'

/** Passes a reply's events on as they come and returns it whole. Closes the stream however it is left. */
export async function* readReply(
  events: AsyncIterable<ChatEvent>,
  builder: ReplyBuilder,
  limit: RunLimit
): AsyncGenerator<AgentEvent, ChatReply> {
  const iterator = events[Symbol.asyncIterator]()
  let state: 'idle' | 'reading' | 'ended' = 'idle'
  try {
    while (true) {
      state = 'reading'
      const next = await limit.race(iterator.next())
      state = next.done === true ? 'ended' : 'idle'
      if (next.done === true) return builder.reply()
      builder.add(next.value)
      const event = toAgentEvent(next.value)
      if (event !== undefined) yield event
    }
  } finally {
    // A stream that is being read closes by the signal; waiting for it here could take for ever.
    if (state === 'idle') await iterator.return?.()
    else if (state === 'reading') iterator.return?.().then(undefined, () => undefined)
  }
}

/** Tool calls and usage are told when the reply is whole. */
function toAgentEvent(event: ChatEvent): AgentEvent | undefined {
  switch (event.type) {
    case 'text':
      return { type: 'text', text: event.text }
    case 'reasoning':
      return { type: 'reasoning', text: event.text }
    case 'citation':
    case 'warning':
    case 'restart':
      return event
    case 'start':
    case 'tool_call':
    case 'usage':
    case 'cost':
    case 'provider_data':
    case 'finish':
    case 'frame':
      return undefined
  }
}
