import type { Problem } from '../error.ts'

/** One source of configuration, read but not yet checked. */
export interface Layer {
  /** Absolute; absent for an object given in code. */
  readonly file: string | undefined
  readonly value: unknown
  /** False: the source could not be understood, and `value` is a stand-in. */
  readonly readable: boolean
  readonly problems: readonly Problem[]
  /** Line of the nearest thing at or above a dotted path. */
  line(path: string): number | undefined
}

/** A layer without lines; with problems it counts as not understood. */
export function plainLayer(file: string | undefined, value: unknown, problems: readonly Problem[] = []): Layer {
  return { file, value, readable: problems.length === 0, problems, line: () => undefined }
}

/** The same problem, with file and line as far as the layer knows them. */
export function locate(layer: Pick<Layer, 'file' | 'line'>, problem: Problem): Problem {
  const line = problem.line ?? layer.line(problem.path ?? '')
  return { ...problem, ...(layer.file !== undefined && { file: layer.file }), ...(line !== undefined && { line }) }
}
