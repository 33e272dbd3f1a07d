import { capitalTokens, kinds, ranges, spaceBeforeDigitTokens, type KindName } from './kinds.ts'

/** A run of one kind, so long; one as long as what is free stands for all longer ones. */
interface State {
  readonly kind: KindName
  readonly run: number
}

const names = Object.keys(kinds) as KindName[]
const wordKinds: ReadonlySet<KindName> = new Set(['lower', 'tail', 'upper', 'hump', 'accented', 'digit'])
const longest = (kind: KindName) => kinds[kind].free
const states: readonly State[] = names.flatMap(kind => Array.from({ length: longest(kind) }, (_, index) => ({ kind, run: index + 1 })))
const firstOf = new Map(names.map(kind => [kind, states.findIndex(state => state.kind === kind)]))

/** So many numbers of a state lie side by side, one for each kind: `state + kind` finds one. */
const width = 2 ** Math.ceil(Math.log2(names.length))

export const kindOf = new Uint8Array(0x10000)
for (const [from, kind] of ranges) kindOf.fill(names.indexOf(kind), from)

export const nextState = new Uint16Array(states.length * width)
export const tokensOf = new Float64Array(states.length * width)
export const startState = indexOf({ kind: 'control', run: 1 })

for (const from of states) {
  for (const name of names) {
    const [to, tokens] = step(from, name)
    const at = indexOf(from) + names.indexOf(name)
    nextState[at] = indexOf(to)
    tokensOf[at] = tokens
  }
}

function indexOf({ kind, run }: State): number {
  return (firstOf.get(kind)! + run - 1) * width
}

/** Where one more character leads, and what it costs. */
function step(from: State, name: KindName): readonly [to: State, tokens: number] {
  const kind = inPlace(from, name)
  if (kind === 'digit' && from.kind === kind && from.run === kinds.digit.free) return [{ kind, run: 1 }, costOf(kind, 1)]
  if (kind === from.kind) return [{ kind, run: Math.min(from.run + 1, longest(kind)) }, costOf(kind, from.run + 1) - costOf(kind, from.run)]
  const to = { kind, run: 1 }
  const tokens = costOf(kind, 1)
  if (name === 'digit' && from.kind === 'space') return [to, tokens + spaceBeforeDigitTokens]
  if (name !== 'lower' || from.run > 1) return [to, tokens]
  if (from.kind === 'upper') return [{ kind: 'lower', run: 1 }, costOf('lower', 1) + capitalTokens - costOf('upper', 1)]
  return [to, from.kind === 'hump' ? tokens - costOf('hump', 1) : tokens]
}

/** Letters in the middle of a word are of kinds of their own. */
function inPlace({ kind }: State, name: KindName): KindName {
  if (name === 'upper') return kind === 'upper' || !wordKinds.has(kind) ? 'upper' : 'hump'
  if (name === 'lower') return kind === 'lower' || !wordKinds.has(kind) ? 'lower' : 'tail'
  return name
}

function costOf(kind: KindName, run: number): number {
  const { first, more, free } = kinds[kind]
  return first + more * Math.max(0, run - free)
}
