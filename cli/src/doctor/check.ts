import type { Problem } from '@resoftai/core'

/** One thing that was looked at. */
export interface Check {
  readonly area: 'node' | 'plugins' | 'configuration' | 'secrets' | 'network' | 'providers' | 'clock' | 'routes' | 'tools' | 'storage'
  readonly status: 'ok' | 'warning' | 'failure'
  readonly message: string
  /** What to do. */
  readonly hint?: string | undefined
  /** Name of the provider, plugin or route that it is about. */
  readonly name?: string | undefined
  /** What an error says of itself, for programs. */
  readonly kind?: string | undefined
  readonly code?: string | undefined
}

/** A problem as a check; `name` is whose it is. */
export function checkOf(area: Check['area'], status: Check['status'], problem: Problem, name?: string): Check {
  const { suggestion } = problem
  return {
    area,
    status,
    message: [...(name === undefined ? [] : [name]), describe(problem)].join(': '),
    ...(suggestion !== undefined && suggestion !== '' && { hint: suggestion }),
    ...(name !== undefined && { name })
  }
}

/** Where it is, and what is wrong. */
export function describe({ message, file, line, path }: Problem): string {
  const place = file === undefined ? undefined : line === undefined ? file : `${file}:${line}`
  return [place, path, message].filter(part => part !== undefined && part !== '').join(': ')
}
