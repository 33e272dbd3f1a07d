import type { Problem } from '@resoftai/core'
import { styled, type Piece } from './piece.ts'

/** Where it is, what is wrong, what to do. */
export function describeProblem({ message, file, line, path, suggestion }: Problem): readonly Piece[] {
  const place = [file === undefined ? undefined : line === undefined ? file : `${file}:${line}`, path].filter(
    part => part !== undefined && part !== ''
  )
  return [
    ...(place.length === 0 ? [] : [styled('dim', `${place.join(' ')}: `)]),
    message,
    ...(suggestion === undefined ? [] : [styled('cyan', ` ${suggestion}`)])
  ]
}
