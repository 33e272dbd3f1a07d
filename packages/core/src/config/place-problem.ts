import type { Problem } from '../error.ts'
import type { HostConfig, Origin } from './types.ts'

interface PlaceContext {
  readonly name: string
  readonly config: Pick<HostConfig, 'origin'>
  readonly manifestFile: string
  readonly origins: Readonly<Record<string, Origin>>
}

/** A problem of one provider with its path in the whole configuration, and where the wrong value came from. */
export function placeProblem(problem: Problem, { name, config, manifestFile, origins }: PlaceContext): Problem {
  const { path } = problem
  if (problem.file !== undefined || path?.startsWith(`providers.${name}.`)) return problem
  const whole = path === undefined || path === '' ? `providers.${name}` : `providers.${name}.${path}`
  const ofField = origins[path?.split('.')[0] ?? '']
  const origin = ofField === undefined || ofField.from === 'file' ? (config.origin(whole) ?? config.origin(`providers.${name}`)) : ofField
  const placed = { ...problem, path: whole }
  switch (origin?.from) {
    case 'file':
      return { ...placed, file: origin.file, ...(origin.line !== undefined && { line: origin.line }) }
    case 'env':
      return {
        ...placed,
        message: `${problem.message} It comes from the variable ${origin.variable}.`,
        ...(origin.file !== undefined && { file: origin.file })
      }
    case 'secret':
      return { ...placed, message: `${problem.message} It comes from ${origin.store}.` }
    case 'preset':
    case 'default':
      return { ...placed, file: manifestFile }
    default:
      return placed
  }
}
