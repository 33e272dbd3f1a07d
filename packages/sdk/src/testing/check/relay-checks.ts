import type { Dialect, RelayDialect, StreamDecoder } from '../../dialect.ts'
import type { ChatEvent } from '../../event.ts'
import { difference } from './difference.ts'
import { readStream, readWhole, type Outcome } from './outcome.ts'
import { sense } from './sense.ts'
import type { FixtureCase, Subject } from './subject.ts'
import { each, type Task } from './verdict.ts'

/** What is passed on tells what is told without: hosts count, watch and pay by the events in a frame. */
export function relayChecks({ fixtures, streams }: Subject): readonly Task[] {
  const task = <Case extends FixtureCase>(
    name: string,
    cases: readonly Case[],
    read: (one: Case, relay: RelayDialect) => Outcome
  ): Task[] => {
    const relayed = cases.flatMap(one => (one.variant.dialect.relay === undefined ? [] : [{ ...one, relay: one.variant.dialect.relay }]))
    const judge = () => each(relayed, one => difference(sense(read(one, one.relay)), sense(one.outcome())))
    return relayed.length === 0 ? [] : [{ group: 'stream', name, judge }]
  }
  const wholes = fixtures.filter(({ json, further, status = 200 }) => json !== undefined && further === undefined && status < 400)
  return [
    ...task('frames tell what a stream tells without them', streams, ({ variant, wire }, relay) =>
      readStream(change(variant.dialect, { streamDecoder: () => withoutFrames(relay.streamDecoder()) }), wire)
    ),
    ...task('a frame tells what a whole reply tells without it', wholes, ({ variant, json }, relay) =>
      readWhole(change(variant.dialect, { decode: body => unpack(relay.decode(body, JSON.stringify(body))) }), json)
    )
  ]
}

/** It may be an object of a class. */
function change(dialect: Dialect, parts: Partial<Dialect>): Dialect {
  return Object.assign(Object.create(dialect) as Dialect, parts)
}

function withoutFrames(decode: StreamDecoder): StreamDecoder {
  return event => {
    const meaning = decode(event)
    return meaning === 'done' ? meaning : unpack(meaning)
  }
}

function unpack(events: Iterable<ChatEvent>): readonly ChatEvent[] {
  return [...events].flatMap(event => (event.type === 'frame' ? event.events : [event]))
}
