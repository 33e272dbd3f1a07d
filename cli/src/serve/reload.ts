import { isHostError, type Log } from '@resoftai/core'
import type { Reloads } from '@resoftai/gateway'
import { changesForRestart, changesOf } from './changes.ts'
import { checkProviders, type Configuration, type Judged } from './configuration.ts'
import { differing, digestFiles, type Digests } from './digest-files.ts'
import { watchFiles } from './watch-files.ts'

interface ReloadParts {
  /** With which it was started. */
  readonly first: Configuration
  readonly read: () => Promise<Configuration>
  readonly judge: (configuration: Configuration) => Promise<Judged>
  /** Throws, and has changed nothing, when it cannot be used. */
  readonly use: (next: Configuration) => Promise<void>
  readonly placesOf: (configuration: Configuration) => readonly string[]
  readonly digests: Digests
  readonly reloads: Reloads
  readonly log: Log
}

export interface Reloading {
  /** The one that is in use. */
  readonly current: Configuration
  /** Reads it again though no file has changed. */
  readonly reload: () => void
  readonly stop: () => void
}

/** Serves what is written: reads the configuration again when its files have changed, and uses it whole or not at all. */
export function followFiles({ first, read, judge, use, placesOf, digests, reloads, log }: ReloadParts): Reloading {
  let current: Judged | undefined
  let places = placesOf(first)
  /** As they were when they were last read, with whatever result. */
  let known = digests
  let wanted: 'changed' | 'asked' | undefined
  let isWorking = false
  let isStopped = false

  const check = async (isAsked: boolean) => {
    try {
      // It takes a while, and nobody waits for it any more when the first look at the files ends.
      current ??= await judge(first)
      const found = await digestFiles(places)
      const files = differing(places, found, known)
      if (files.length === 0 && !isAsked) return
      known = found
      const next = await judge(await read())
      if (isStopped) return
      places = placesOf(next)
      // Some may not have been looked at before.
      known = new Map([...(await digestFiles(places)), ...found])
      checkProviders(current, next)
      const changes = changesOf(current, next)
      await use(next)
      current = next
      reloads.apply()
      if (files.length > 0 || Object.keys(changes).length > 0) log.info('The configuration was read again.', { files, ...changes })
      else log.info('The configuration was read again; nothing in it has changed.')
      const later = changesForRestart(first, next)
      if (later.length > 0) log.warn('Some of the configuration needs a restart to take effect.', { settings: later })
    } catch (error) {
      reloads.refuse()
      log.error('The configuration was read again and is refused; the one before stays in use.', reasonsOf(error))
    }
  }

  const work = async () => {
    isWorking = true
    while (wanted !== undefined) {
      const isAsked = wanted === 'asked'
      wanted = undefined
      await check(isAsked)
    }
    isWorking = false
  }
  const want = (how: 'changed' | 'asked') => {
    if (wanted !== 'asked') wanted = how
    if (!isWorking) void work()
  }

  const watch = watchFiles(
    () => places,
    () => want('changed')
  )
  return {
    get current() {
      return current ?? first
    },
    reload: () => want('asked'),
    stop() {
      isStopped = true
      watch.stop()
    }
  }
}

function reasonsOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!isHostError(error)) return { error }
  const { message, hint, problems } = error
  return { reason: message, ...(problems.length > 0 ? { problems } : { hint }) }
}
