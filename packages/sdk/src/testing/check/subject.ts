import type { Dialect, WireEvent } from '../../dialect.ts'
import type { ProviderDefinition } from '../../provider.ts'
import { readServerSentEvents } from '../sse-reader.ts'
import { testContext, type AskedToken } from '../test-context.ts'
import { readMeanings, type Meaning } from './meanings.ts'
import { readStream, type Outcome } from './outcome.ts'
import { bytesOf, readFixture } from './read-fixture.ts'
import type { CheckOptions, Expectation, Fixture, Golden } from './types.ts'

/** A dialect for one of the configs that the cases ask for. */
export interface Variant {
  /** The first case that asks for its config. */
  readonly name: string
  /** With this config, and without the secrets that it leaves out. */
  readonly options: CheckOptions
  readonly dialect: Dialect
  /** A second one, made in the same way. */
  readonly twin: Dialect
  readonly tokens: readonly AskedToken[]
}

export type GoldenCase = Golden & { readonly variant: Variant }

/** A fixture, and what the dialect reads in it. */
export type FixtureCase = Fixture & { readonly variant: Variant; readonly outcome: () => Outcome }

/** A fixture that is a stream of events; its outcome is that of the events alone. */
export type StreamCase = FixtureCase & {
  readonly bytes: Uint8Array
  readonly wire: readonly WireEvent[]
  /** What each event means; up to the one that the reader threw at. */
  readonly meanings: () => readonly Meaning[]
}

/** What the checks work on. */
export interface Subject {
  readonly options: CheckOptions
  /** The first is that of `options.config`. */
  readonly variants: readonly Variant[]
  readonly goldens: readonly GoldenCase[]
  /** Replies and errors. */
  readonly fixtures: readonly FixtureCase[]
  /** Fixtures of what is no reply: model lists, embeddings, token counts. */
  readonly answers: readonly FixtureCase[]
  readonly streams: readonly StreamCase[]
}

interface AskedConfig {
  readonly config: Readonly<Record<string, unknown>>
  /** The first case that asks for it. */
  readonly by?: string
}

/** Over `options.config`, by their text; the first is empty. */
export function distinctConfigs({ goldens = [], fixtures = [] }: CheckOptions): ReadonlyMap<string, AskedConfig> {
  const found = new Map<string, AskedConfig>([[keyOf(), { config: {} }]])
  for (const { name, config } of [...goldens, ...fixtures]) {
    if (config !== undefined && !found.has(keyOf(config))) found.set(keyOf(config), { config, by: name })
  }
  return found
}

function keyOf(config: AskedConfig['config'] = {}): string {
  return JSON.stringify(config)
}

/** Throws what `create` throws. Gives what is wrong, in words, when it made no dialect. */
export async function makeVariant<C>(
  definition: ProviderDefinition<C>,
  options: CheckOptions,
  { config: over, by: name = 'its config' }: AskedConfig
): Promise<Variant | string> {
  const config = Object.entries({ ...options.config, ...over }).filter(([, value]) => value !== null)
  const secrets = options.secrets?.filter(field => over[field] !== null) ?? []
  const own = { ...options, config: Object.fromEntries(config), secrets }
  const tokens: AskedToken[] = []
  const made: unknown = await definition.create(testContext<C>(own, tokens))
  const twin: unknown = await definition.create(testContext<C>(own))
  if (isDialect(made) && isDialect(twin)) return { name, options: own, dialect: made, twin, tokens }
  return typeof made === 'object' && made !== null && 'chat' in made
    ? 'create() made a provider of its own, which this suite cannot check'
    : 'create() made no dialect: it has no encode and streamDecoder'
}

function isDialect(made: unknown): made is Dialect {
  const { encode, streamDecoder } = (made ?? {}) as Partial<Dialect>
  return typeof encode === 'function' && typeof streamDecoder === 'function'
}

/** Cases whose config makes no dialect are left out. */
export function makeSubject(options: CheckOptions, variants: ReadonlyMap<string, Variant>): Subject {
  const withVariant = <Kind extends Golden | Fixture>(one: Kind) => {
    const variant = variants.get(keyOf(one.config))
    return variant === undefined ? [] : [{ ...one, variant }]
  }
  const all = (options.fixtures ?? []).flatMap(withVariant).map((fixture): FixtureCase => {
    return { ...fixture, outcome: once(() => readFixture(fixture.variant.dialect, fixture)) }
  })
  const fixtures = all.filter(({ expect }) => !isAnswer(expect))
  return {
    options,
    variants: [...variants.values()],
    goldens: (options.goldens ?? []).flatMap(withVariant),
    fixtures,
    answers: all.filter(({ expect }) => isAnswer(expect)),
    streams: fixtures.flatMap((fixture): StreamCase[] => {
      const bytes = bytesOf(fixture)
      if (bytes === undefined || (fixture.status ?? 200) >= 400) return []
      const wire = readServerSentEvents(bytes)
      const { dialect } = fixture.variant
      const outcome = once(() => readStream(dialect, wire))
      return wire.length === 0 ? [] : [{ ...fixture, outcome, bytes, wire, meanings: once(() => readMeanings(dialect, wire)) }]
    })
  }
}

function isAnswer({ models, embeddings, tokens }: Expectation): boolean {
  return models !== undefined || embeddings !== undefined || tokens !== undefined
}

/** Read in the check that asks first: one that hangs has a name then. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
