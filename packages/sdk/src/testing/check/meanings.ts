import type { Dialect, StreamDecoder, WireEvent } from '../../dialect.ts'
import type { ChatEvent } from '../../event.ts'

/** What one event of a stream means: events, the end, or that the reader threw. */
export type Meaning = readonly ChatEvent[] | 'done' | 'threw'

/** What each event means, up to the end or the one that the reader threw at. */
export function readMeanings(dialect: Dialect, wire: readonly WireEvent[]): readonly Meaning[] {
  const decode = dialect.streamDecoder()
  const meanings: Meaning[] = []
  for (const event of wire) {
    const meaning = readMeaning(decode, event)
    meanings.push(meaning)
    if (typeof meaning === 'string') break
  }
  return meanings
}

export function tells(meaning: Meaning | undefined, ...types: readonly ChatEvent['type'][]): boolean {
  return typeof meaning === 'object' && meaning.some(({ type }) => types.includes(type))
}

function readMeaning(decode: StreamDecoder, event: WireEvent): Meaning {
  try {
    const meaning = decode(event)
    return meaning === 'done' ? 'done' : [...meaning]
  } catch {
    return 'threw'
  }
}
