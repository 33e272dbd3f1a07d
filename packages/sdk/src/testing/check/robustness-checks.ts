import type { Dialect, WireEvent } from '../../dialect.ts'
import { isProviderError } from '../../error.ts'
import { readServerSentEvents } from '../sse-reader.ts'
import { describe, show } from './difference.ts'
import { first, prefix } from './encode-checks.ts'
import { bytesOf, isStream } from './fixture-checks.ts'
import { corruptions, junkTexts, poison } from './junk.ts'
import { readStream, readWhole } from './outcome.ts'
import type { CheckOptions, Fixture, Judge } from './types.ts'

/** Corrupted variants of one fixture that are tried; fewer of a long stream, which has to be read anew for each. */
const mostCorruptions = 3000
const mostEvents = 100_000

const statuses = [200, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529]

/** Whatever a vendor sends, only a `ProviderError` is thrown, only well-formed events come out, and nothing shared is touched. */
export function robustnessChecks(dialect: Dialect, { fixtures = [] }: CheckOptions): [string, Judge][] {
  const wires = fixtures.filter(isStream).map(fixture => ({ fixture, wire: readServerSentEvents(bytesOf(fixture)) }))
  const bodies = fixtures.filter(fixture => fixture.json !== undefined)
  return [
    ['survives junk', () => first(junkTexts, text => prefix(show(text), tryText(dialect, text)))],
    [
      'survives corrupted streams',
      () =>
        first(wires, ({ fixture, wire }) =>
          prefix(
            fixture.name,
            first(corruptStreams(wire), broken => readStream(dialect, broken).flaw)
          )
        )
    ],
    [
      'survives corrupted replies',
      () =>
        first(bodies, fixture =>
          prefix(
            fixture.name,
            first(corruptions(fixture.json, mostCorruptions), body => tryBody(dialect, body))
          )
        )
    ],
    ['pollutes no prototype', () => withCleanPrototype(() => feedPoison(dialect, wires, bodies))]
  ]
}

function tryText(dialect: Dialect, text: string): string | undefined {
  const named = ['error', 'message'].map((event): WireEvent[] => [{ event, data: text }])
  return first([[{ data: text }], ...named], wire => readStream(dialect, wire).flaw) ?? tryBody(dialect, parse(text))
}

/** As a whole reply, as an error of each status, as a model list and as embeddings. */
function tryBody(dialect: Dialect, body: unknown): string | undefined {
  const readers: [string, () => unknown][] = [
    ...statuses.map((status): [string, () => unknown] => [
      `decodeError(${status})`,
      () => mustBeError(dialect.decodeError?.(status, body, new Headers()))
    ]),
    ['models', () => dialect.models?.decode(body)],
    ['embeddings', () => dialect.embeddings?.decode(body)]
  ]
  return prefix('decode', readWhole(dialect, body).flaw) ?? first(readers, ([name, work]) => prefix(name, thrownBy(work)))
}

function mustBeError(error: unknown): void {
  if (error !== undefined && !isProviderError(error)) throw new TypeError(`it gave ${show(error)}`)
}

function thrownBy(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return isProviderError(error) ? undefined : `it threw what is no ProviderError: ${describe(error)}`
  }
}

function* corruptStreams(wire: readonly WireEvent[]): Generator<WireEvent[]> {
  const limit = Math.ceil(Math.min(mostCorruptions, mostEvents / wire.length) / wire.length)
  for (const [index, event] of wire.entries()) {
    for (const value of corruptions(parse(event.data), limit)) {
      yield wire.with(index, { ...event, data: JSON.stringify(value) })
    }
  }
}

function feedPoison(
  dialect: Dialect,
  wires: readonly { readonly wire: readonly WireEvent[] }[],
  bodies: readonly Fixture[]
): string | undefined {
  const streams = wires.map(({ wire }) => wire.map(event => ({ ...event, data: poisonText(event.data) })))
  return (
    first(streams, wire => readStream(dialect, wire).flaw) ??
    first(bodies, ({ json }) => tryBody(dialect, parse(poison(json)))) ??
    tryText(dialect, poison({ error: {}, data: [{}], choices: [{ delta: {}, message: {} }] }))
  )
}

function poisonText(text: string): string {
  const value = parse(text)
  return typeof value === 'string' ? text : poison(value)
}

/** Parsed JSON, else the text, as a host gives bodies to a dialect. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

const prototypes = { Object: Object.prototype, Array: Array.prototype, Function: Function.prototype, String: String.prototype }

/** Removes what a dialect left behind, so that one finding does not become many. */
function withCleanPrototype(work: () => string | undefined): string | undefined {
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
