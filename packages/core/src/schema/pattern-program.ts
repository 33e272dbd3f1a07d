import type { PatternNode, Place } from './pattern-syntax.ts'

/** `go` continues at every one of its places at once. */
export type Step =
  | { readonly kind: 'take'; readonly test: (character: string) => boolean }
  | { readonly kind: 'assert'; readonly place: Place }
  | { readonly kind: 'go'; readonly to: readonly number[] }
  | { readonly kind: 'match' }

/** Matching costs at most this many steps for each character of a text. */
const mostSteps = 1_000

/** Steps whose last one is `match`. Throws `SyntaxError` when the pattern needs too many. */
export function patternProgram(pattern: PatternNode): readonly Step[] {
  const program: Step[] = []
  const add = (step: Step) => {
    if (program.length === mostSteps) throw new SyntaxError('it is too large')
    return program.push(step) - 1
  }
  /** Keeps a place for a `go` whose targets are known after `body`. */
  const fork = (body: () => void, targets: (own: number) => readonly number[]) => {
    const own = add({ kind: 'match' })
    body()
    program[own] = { kind: 'go', to: targets(own) }
  }
  const skippable = (part: PatternNode, body = () => emit(part)) => fork(body, own => [own + 1, program.length])

  function emit(node: PatternNode): void {
    if (node.kind === 'take' || node.kind === 'assert') add(node)
    else if (node.kind === 'sequence') node.parts.forEach(emit)
    else if (node.kind === 'either') emitEither(node.parts)
    else {
      for (let count = 0; count < node.least; count++) emit(node.part)
      if (node.most === Infinity) {
        const { length: start } = program
        skippable(node.part, () => {
          emit(node.part)
          add({ kind: 'go', to: [start] })
        })
      } else for (let count = node.least; count < node.most; count++) skippable(node.part)
    }
  }

  function emitEither([first, ...others]: readonly PatternNode[]): void {
    if (first === undefined) return
    if (others.length === 0) return emit(first)
    let second = 0
    let end = 0
    fork(
      () => {
        emit(first)
        end = add({ kind: 'match' })
        second = program.length
        emitEither(others)
        program[end] = { kind: 'go', to: [program.length] }
      },
      own => [own + 1, second]
    )
  }

  emit(pattern)
  add({ kind: 'match' })
  return program
}
