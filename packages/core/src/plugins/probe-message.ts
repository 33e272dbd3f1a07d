import type { Check, CheckOptions } from '@resoftai/sdk/testing'

/** What the process that tries a plugin is given on standard input. */
export interface ProbeInput {
  /** Begins each line that is a message. */
  readonly mark: string
  /** URL of the entry file. */
  readonly entry: string
  /** Makes the provider too, with this config. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Puts it through the conformance suite, with these cases. */
  readonly suite?: CheckOptions
}

/** What it tells, one line each. The last one is the `fault`, `null` for none. */
export type ProbeMessage =
  | { readonly start: Pick<Check, 'group' | 'name'> }
  | { readonly check: Check }
  | { readonly fault: string | null; readonly made?: 'dialect' | 'provider' }

/** A plugin can have changed what writes messages, so nothing about them is sure: `undefined` for what is none. */
export function readMessage(text: string): ProbeMessage | undefined {
  const { start, check, fault, made } = Object(parse(text)) as Readonly<Record<string, unknown>>
  if (isNamed(start)) return { start }
  if (isNamed(check) && isCheck(check)) return { check }
  if (fault !== null && typeof fault !== 'string') return undefined
  return made === 'dialect' || made === 'provider' ? { fault, made } : { fault }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isNamed(value: unknown): value is Pick<Check, 'group' | 'name'> {
  const { group, name } = Object(value) as Partial<Check>
  return typeof group === 'string' && typeof name === 'string'
}

function isCheck(value: object): value is Check {
  const { status, detail = '', file = '', durationMs } = value as Partial<Check>
  return (
    /^(?:ok|failed|skipped)$/.test(String(status)) && [detail, file].every(text => typeof text === 'string') && Number.isFinite(durationMs)
  )
}
