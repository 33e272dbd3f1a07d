import { HostError, type ResolvedProvider } from '@resoftai/core'
import type { Context } from '../context.ts'
import { openSetup, resolveAll, type Failure, type Setup } from '../setup.ts'
import { readPlace, type Place, type PlaceOptions } from './place.ts'

/** A configuration as it is served: all of it read at one time. */
export interface Configuration extends Setup {
  readonly place: Place
}

/** The same, with what its providers are. */
export interface Judged extends Configuration {
  readonly resolved: readonly ResolvedProvider[]
  /** Those that cannot be asked. */
  readonly failed: readonly Failure[]
}

/** Throws `HostError` `config` with all that is wrong. */
export async function readConfiguration(context: Context, options: PlaceOptions): Promise<Configuration> {
  const setup = await openSetup(context)
  return { ...setup, place: readPlace(setup, options) }
}

export async function judge(configuration: Configuration, context: Context): Promise<Judged> {
  return { ...configuration, ...(await resolveAll(configuration, context)) }
}

/** A provider that cannot be asked is left out at a start, where no other could be asked either; one that serves is not given up for it. */
export function checkProviders(before: Judged, after: Judged): void {
  const known = new Set(before.failed.map(({ name }) => name))
  const broken = after.failed.filter(({ name }) => !known.has(name))
  if (broken.length === 0) return
  const names = broken.map(({ name }) => name).join(', ')
  throw new HostError('config', `These providers could not be asked: ${names}.`, { problems: broken.flatMap(({ problems }) => problems) })
}
