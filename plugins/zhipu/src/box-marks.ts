import type { ChatEvent, Dialect } from '@resoftai/sdk'
import type { OpenAIDialect } from '@resoftai/plugin-openai-compatible/dialect'

/** What some models put around the answer proper in their text (glm-4.5v and 4.6v, WIRE.md 7.4). */
const marks = /<\|(?:begin|end)_of_box\|>/g
/** The end of a text that may be the beginning of a mark. */
const begun = /<(?:\|(?:[a-z_]{1,12}\|?)?)?$/

/** The readers of a dialect, without the marks in the text of their replies. */
export function withoutBoxMarks(dialect: OpenAIDialect): Required<Pick<Dialect, 'streamDecoder' | 'decode'>> {
  return {
    streamDecoder() {
      const decode = dialect.streamDecoder()
      const clean = markRemover()
      return event => {
        const meaning = decode(event)
        return meaning === 'done' ? meaning : clean(meaning)
      }
    },
    decode: body => markRemover()(dialect.decode(body))
  }
}

/** For one reply: marks may be cut into pieces. */
function markRemover(): (events: Iterable<ChatEvent>) => ChatEvent[] {
  let held = ''
  function clean(event: ChatEvent): ChatEvent[] {
    if (event.type !== 'text' && event.type !== 'finish') return [event]
    const text = event.type === 'text' ? (held + event.text).replace(marks, '') : held
    held = event.type === 'text' ? (begun.exec(text)?.[0] ?? '') : ''
    const ready = text.slice(0, text.length - held.length)
    return [...(ready === '' ? [] : [{ type: 'text' as const, text: ready }]), ...(event.type === 'finish' ? [event] : [])]
  }
  return events => [...events].flatMap(clean)
}
