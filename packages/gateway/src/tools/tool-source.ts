import { setTimeout as pause } from 'node:timers/promises'
import type { AgentTool, ToolContext } from '@resoftai/agent'
import type { Log, Redactor } from '@resoftai/core'
import { inTime } from './in-time.ts'
import { modelName } from './model-name.ts'
import type { ToolSet } from './tool-set.ts'

/** `idle`: nobody has needed it yet. */
export type SourceState = 'idle' | 'opening' | 'ready' | 'failed'

export interface SourceOptions {
  readonly name: string
  /** For one call; absent: as the tool itself says. */
  readonly timeoutMs: number | undefined
  readonly open: (signal: AbortSignal) => Promise<ToolSet>
  /** How long it may take to open, and how long a message waits for that. */
  readonly openMs: number
  readonly patienceMs: number
  readonly log: Log
  readonly redactor: Redactor
}

const firstRestMs = 500
const longestRestMs = 60_000
/** A source that lasted so long was well. */
const steadyMs = 30_000
/** A server may write a lot about why it refuses. */
const mostReasonChars = 1_000
/** So long a message waits for a source that has failed before. */
const shortPatienceMs = 2_000

/** One source of tools: opened when it is first needed, and again when it has ended; after failures it rests, longer each time. */
export class ToolSource {
  readonly #options: SourceOptions
  readonly #closing = new AbortController()
  #set: ToolSet | undefined
  #opening: { readonly set: Promise<ToolSet>; readonly since: number } | undefined
  #failures = 0
  #restUntil = 0
  #reason = ''

  constructor(options: SourceOptions) {
    this.#options = options
  }

  get state(): SourceState {
    if (this.#set !== undefined) return 'ready'
    if (this.#failures > 0) return 'failed'
    return this.#opening === undefined ? 'idle' : 'opening'
  }

  /** By the names that the source itself has for them. Rejects when they cannot be had in time. */
  async tools(): Promise<ReadonlyMap<string, AgentTool>> {
    const { name, timeoutMs, patienceMs } = this.#options
    const set = await this.#ready(this.#failures === 0 ? patienceMs : Math.min(patienceMs, shortPatienceMs))
    const offered = await inTime(set.list(), patienceMs, 'It does not say which tools it has.')
    const tools = new Map<string, AgentTool>()
    for (const tool of offered) {
      const run: AgentTool['run'] = (args, context) => this.#run(tool.name, args, context)
      tools.set(tool.name, { ...tool, name: modelName(name, tool.name), run, ...(timeoutMs !== undefined && { timeoutMs }) })
    }
    return tools
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('The tools are closed.'))
    await this.#opening?.set.catch(() => {})
    await this.#set?.close()
  }

  /** In what is open now: since the model was told of the tool, its source may have ended. */
  async #run(name: string, args: Readonly<Record<string, unknown>>, context: ToolContext): Promise<string> {
    const { redactor, patienceMs } = this.#options
    try {
      const tool = (await (await this.#ready(patienceMs)).list()).find(offered => offered.name === name)
      if (tool === undefined) throw new Error('It is not offered any more.')
      const value = await tool.run(args, context)
      return redactor.scrub(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null'))
    } catch (error) {
      throw new Error(redactor.scrub(reasonOf(error)), { cause: error })
    }
  }

  async #ready(patienceMs: number): Promise<ToolSet> {
    this.#closing.signal.throwIfAborted()
    if (this.#set !== undefined) return this.#set
    const restMs = this.#restUntil - performance.now()
    if (restMs > patienceMs) throw new Error(this.#reason)
    this.#opening ??= { set: this.#open(restMs), since: performance.now() }
    const { set, since } = this.#opening
    return inTime(set, patienceMs - (performance.now() - since), 'It is not open yet.')
  }

  async #open(restMs: number): Promise<ToolSet> {
    const { log } = this.#options
    const { signal } = this.#closing
    try {
      if (restMs > 0) await pause(restMs, undefined, { signal })
      const set = await this.#connect()
      void this.#watch(set)
      this.#set = set
      log.info('Tools are open.')
      return set
    } catch (error) {
      if (!signal.aborted) this.#rest(reasonOf(error).slice(0, mostReasonChars))
      throw error
    } finally {
      this.#opening = undefined
    }
  }

  async #connect(): Promise<ToolSet> {
    const { open, openMs } = this.#options
    const limit = new AbortController()
    const signal = AbortSignal.any([this.#closing.signal, limit.signal])
    const timer = setTimeout(() => limit.abort(new Error(`It was not open after ${openMs / 1000} seconds.`)), openMs)
    const opening = open(signal)
    // A module that hangs does not hear the signal.
    const aborted = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    try {
      return await Promise.race([opening, aborted])
    } catch (error) {
      void opening.then(
        set => set.close(),
        () => {}
      )
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async #watch(set: ToolSet): Promise<void> {
    const since = performance.now()
    await set.ended
    this.#set = undefined
    if (this.#closing.signal.aborted) return
    if (performance.now() - since < steadyMs) this.#rest('It has ended.')
    else this.#failures = 0
  }

  #rest(reason: string): void {
    const restMs = Math.min(longestRestMs, firstRestMs * 2 ** this.#failures++)
    this.#restUntil = performance.now() + restMs
    this.#reason = reason
    this.#options.log.warn('Tools cannot be used.', { reason, restMs })
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
