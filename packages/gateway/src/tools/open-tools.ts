import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Log, Redactor, ToolsConfig } from '@resoftai/core'
import { chooseTools, type ChosenTools } from './choose-tools.ts'
import { endGroup } from './end-group.ts'
import { openSource } from './open-source.ts'
import { ToolSource, type SourceState } from './tool-source.ts'

export interface ToolsOptions {
  readonly log: Log
  /** Learns the secrets of the configuration, and takes those that it knows out of what tools return. */
  readonly redactor: Redactor
  /** How long a source may take to open. Default: 60,000. */
  readonly openMs?: number
  /** How long a message waits for that; it is answered without the source then. Default: 10,000. */
  readonly patienceMs?: number
}

/** The tools that the configuration names, for agents. */
export interface ToolSources {
  /** All of them, or those that are named: whole sources, and single tools as `source/tool`. Throws `GatewayError` 400 for a name that is none. */
  choose(names?: readonly string[]): Promise<ChosenTools>
  states(): Readonly<Record<string, SourceState>>
  /** Ends all that was started for them. */
  close(): Promise<void>
}

/** Opens nothing yet: a source is opened when it is first needed. */
export function openTools(config: Readonly<Record<string, ToolsConfig>>, options: ToolsOptions): ToolSources {
  const { redactor, openMs = 60_000, patienceMs = 10_000 } = options
  const running = new Set<ChildProcess>()
  const sources = new Map<string, ToolSource>()
  for (const [name, entry] of Object.entries(config)) {
    for (const secret of entry.secrets) redactor.add(secret)
    const log = options.log.child({ source: name })
    const open = (signal: AbortSignal) => openSource(entry, { log, running, timeoutMs: openMs, signal })
    const timeoutMs = entry.timeout === undefined ? undefined : entry.timeout * 1000
    sources.set(name, new ToolSource({ name, timeoutMs, open, openMs, patienceMs, log, redactor }))
  }
  const endAll = () => running.forEach(child => endGroup(child, 'SIGKILL'))
  // Whatever ends this process: no program of a source outlives it.
  process.on('exit', endAll)
  return {
    choose: names => chooseTools(sources, names),
    states: () => Object.fromEntries([...sources].map(([name, { state }]) => [name, state])),
    async close() {
      await Promise.all([...sources.values()].map(source => source.close()))
      // Those that were only just started.
      await Promise.all([...running].map(child => once(child, 'exit')))
      process.off('exit', endAll)
    }
  }
}
