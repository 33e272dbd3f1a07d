import type { Dialect, EmbeddingReply, WireEvent } from '../../dialect.ts'
import { isProviderError } from '../../error.ts'
import { describe, show } from './difference.ts'
import { corruptions, junkTexts, poison } from './junk.ts'
import { readStream, readWhole } from './outcome.ts'
import { isObject, parseLeniently } from '../../json.ts'
import { placesIn } from './places.ts'
import type { FixtureCase, StreamCase, Subject } from './subject.ts'
import { each, first, prefix, type Task, type Verdict } from './verdict.ts'
import { errorFlaw, usageFlaw } from './well-formed.ts'

/** Whatever a vendor sends, only a `ProviderError` is thrown, only well-formed events come out, and nothing shared is touched. */
export function junkChecks({ variants, streams, fixtures, answers }: Subject): readonly Task[] {
  const bodies = [...fixtures, ...answers].filter(({ json }) => json !== undefined)
  const task = (name: string, judge: Task['judge']): Task => ({ group: 'junk', name, judge })
  return [
    task('survives junk (S11, S20)', () =>
      each(variants, ({ dialect }) => first(junkTexts, text => prefix(show(text), tryText(dialect, text))))
    ),
    task('survives corrupted streams', () => each(streams, stream => tryCorrupted(stream, streams.length))),
    task('survives corrupted replies', () => each(bodies, body => tryCorruptedBody(body, bodies.length))),
    task('pollutes no prototype (S19)', () =>
      withCleanPrototype(
        () =>
          each(streams, tryPoisoned) ??
          each(bodies, ({ variant, json, further = [] }) =>
            first([json, ...further], body => tryBody(variant.dialect, parseLeniently(poison(body))))
          ) ??
          each(variants, ({ dialect }) => tryText(dialect, poison({ error: {}, data: [{}], choices: [{ delta: {}, message: {} }] })))
      )
    )
  ]
}

function tryText(dialect: Dialect, text: string): string | undefined {
  const named = ['error', 'message'].map((event): WireEvent[] => [{ event, data: text }])
  return first([[{ data: text }], ...named], wire => readStream(dialect, wire).flaw) ?? tryBody(dialect, parseLeniently(text))
}

/** As every kind of answer that the dialect can read. */
function tryBody(dialect: Dialect, body: unknown): string | undefined {
  const readers: readonly (readonly [string, () => string | undefined])[] = [
    ['decode', () => readWhole(dialect, body).flaw],
    ...[200, 400, 429, 500].map(
      status => [`decodeError(${status})`, () => judgeError(dialect.decodeError?.(status, body, new Headers()))] as const
    ),
    ['models', () => dialect.models && first(dialect.models.decode(body), judgeModel)],
    ['embeddings', () => dialect.embeddings && judgeVectors(dialect.embeddings.decode(body))],
    ['tokens', () => dialect.tokens && judgeCount(dialect.tokens.decode(body))],
    ['cancel', () => void (isObject(body) && dialect.cancel?.(body))]
  ]
  return first(readers, ([name, read]) => prefix(name, thrownBy(read)))
}

/** It may throw a `ProviderError`. */
function thrownBy(read: () => string | undefined): string | undefined {
  try {
    return read()
  } catch (error) {
    return isProviderError(error) ? errorFlaw(error) : `it threw what is no ProviderError: ${describe(error)}`
  }
}

function judgeError(error: unknown): string | undefined {
  return error === undefined ? undefined : errorFlaw(error)
}

function judgeModel(model: unknown): string | undefined {
  return isObject(model) && typeof model['id'] === 'string' ? undefined : `${show(model)} is no model`
}

function judgeVectors({ model, vectors, usage }: EmbeddingReply): string | undefined {
  const isVector = (vector: unknown): boolean => Array.isArray(vector) && vector.every(Number.isFinite)
  if (typeof model !== 'string' || !Array.isArray(vectors) || !vectors.every(isVector))
    return `${show({ model, vectors })} are no embeddings`
  return usageFlaw(usage)
}

function judgeCount(count: unknown): string | undefined {
  return Number.isSafeInteger(count) && Number(count) >= 0 ? undefined : `${show(count)} is no count`
}

function tryCorrupted({ variant, wire }: StreamCase, streams: number): string | undefined {
  const places = placesIn(wire.length, streams)
  return first(places, place => {
    const event = wire[place] ?? { data: '' }
    const limit = limitFor(event.data.length, streams * places.length, wire.length)
    return first(corruptions(parseLeniently(event.data), limit), value =>
      prefix(
        `event ${place + 1} is ${show(value)}`,
        readStream(variant.dialect, wire.with(place, { ...event, data: JSON.stringify(value) })).flaw
      )
    )
  })
}

function tryCorruptedBody({ variant: { dialect }, json, further = [] }: FixtureCase, bodies: number): string | undefined {
  const corrupted = (body: unknown): Iterable<unknown> =>
    corruptions(body, limitFor(JSON.stringify(body).length, bodies * (further.length + 1), 1))
  return (
    first(corrupted(json), body => prefix(show(body), tryBody(dialect, body))) ??
    first(further.entries(), ([index, answer]) =>
      first(corrupted(answer), body => prefix(show(body), readWhole(dialect, json, [...further.slice(0, index), body]).flaw))
    )
  )
}

const mostReads = 500_000
const mostCharacters = 20_000_000

/** How often something is corrupted: so many characters of it are written each time, and so many events read. At least once for each junk. */
function limitFor(characters: number, parts: number, events: number): number {
  return Math.max(11, Math.min(3_000, mostReads / parts / events, mostCharacters / parts / characters))
}

function tryPoisoned({ variant, wire }: StreamCase): string | undefined {
  return readStream(
    variant.dialect,
    wire.map(event => {
      const value = parseLeniently(event.data)
      return typeof value === 'string' ? event : { ...event, data: poison(value) }
    })
  ).flaw
}

const prototypes = { Object: Object.prototype, Array: Array.prototype, Function: Function.prototype, String: String.prototype }

/** Removes what a dialect left behind, so that one finding does not become many. */
function withCleanPrototype(work: () => Verdict): Verdict {
  const before = Object.values(prototypes).map(prototype => new Set(Reflect.ownKeys(prototype)))
  const complaint = work()
  const added = Object.entries(prototypes).flatMap(([name, prototype], index) =>
    Reflect.ownKeys(prototype)
      .filter(key => before[index]?.has(key) === false)
      .map(key => {
        Reflect.deleteProperty(prototype, key)
        return `${name}.prototype.${String(key)}`
      })
  )
  return added.length > 0 ? `it added ${added.join(', ')}` : complaint
}
