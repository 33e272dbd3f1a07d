import type { ChatMode, Dialect, WireRequest } from '../../dialect.ts'
import { isProviderError } from '../../error.ts'
import { deepFreeze } from './frozen.ts'
import { sampleRequests } from './sample-requests.ts'
import type { GoldenCase, Subject, Variant } from './subject.ts'
import type { Golden } from './types.ts'

/** One thing that a dialect can be asked to make a request for. */
export interface Ask {
  readonly name: string
  readonly file?: string
  readonly variant: Variant
  /**
   * Asks the variant's dialect, or another one. What is given to it is a copy, so that a dialect that changes it spoils neither the next
   * check nor the next dialect; `frozen`: it may not even try. `undefined`: the dialect refuses, as a `ProviderError`, or cannot do it.
   */
  readonly send: (how?: { readonly frozen?: boolean; readonly dialect?: Dialect }) => WireRequest | undefined
}

/** Every golden, and samples for what every dialect must take, with the config of every case. */
export function allAsks({ goldens, variants }: Subject): readonly Ask[] {
  return [
    ...goldens.map(golden => makeAsk(golden, golden)),
    ...variants.flatMap(variant => samplesFor(variant.dialect).map(sample => makeAsk(sample, { variant })))
  ]
}

/** What a golden asks for. Throws what the dialect throws. */
export function sendGolden(dialect: Dialect, golden: Golden, frozen = false): WireRequest | undefined {
  const copy = <Request>(request: Request): Request => {
    const own = structuredClone(request)
    return frozen ? deepFreeze(own) : own
  }
  switch (golden.call) {
    case 'models':
      return dialect.models?.encode()
    case 'health':
      return dialect.health?.encode()
    case 'embeddings':
      return dialect.embeddings?.encode(copy(golden.request))
    case 'tokens':
      return dialect.tokens?.encode(copy(golden.request))
    case 'cancel':
      return dialect.cancel?.(copy(golden.request))
    case 'chat':
    case undefined:
      return dialect.encode(copy(golden.request), golden.mode)
  }
}

type Sample = Golden extends infer Kind ? (Kind extends Golden ? Omit<Kind, 'expect'> : never) : never

function samplesFor(dialect: Dialect): readonly Sample[] {
  const modes: readonly ChatMode[] = dialect.decode === undefined ? ['stream'] : ['stream', 'whole']
  const requests = Object.entries(sampleRequests)
  const chats = requests.flatMap(([name, request]) => modes.map((mode): Sample => ({ name: `${name} (${mode})`, request, mode })))
  const counts = requests.map(([name, request]): Sample => ({ name: `${name} (tokens)`, call: 'tokens', request }))
  return [
    ...chats,
    ...(dialect.tokens === undefined ? [] : counts),
    { name: 'models', call: 'models' },
    { name: 'health', call: 'health' },
    { name: 'embeddings', call: 'embeddings', request: { model: 'some-model', input: ['one', '二'] } },
    ...[{}, { id: 'x' }, { id: null, conversation_id: [] }].map((request): Sample => ({ name: 'cancel', call: 'cancel', request }))
  ]
}

export function makeAsk(sample: Sample, { variant, file }: Pick<GoldenCase, 'variant' | 'file'>): Ask {
  return {
    name: sample.name,
    ...(file !== undefined && { file }),
    variant,
    send({ frozen = false, dialect = variant.dialect } = {}) {
      try {
        return sendGolden(dialect, sample as Golden, frozen)
      } catch (error) {
        if (isProviderError(error)) return undefined
        throw error
      }
    }
  }
}
