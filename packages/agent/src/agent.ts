import type { Content, Message } from '@resoftai/sdk'
import { AgentError, attachTurn } from './error.ts'
import type { AgentEvent } from './event.ts'
import type { AgentProvider } from './host.ts'
import type { AgentOptions, RunOptions } from './options.ts'
import type { AgentResult, StopReason } from './result.ts'
import { RunLimit } from './run-limit.ts'
import { runTurn } from './run-turn.ts'
import { checkAgentOptions, checkRunOptions, readLimits, readRequest, systemMessages } from './settings.ts'
import { openToolbox, type Toolbox } from './toolbox.ts'
import { Turn } from './turn.ts'

/** The events of one run. Nothing is sent before the first is pulled; leaving the loop ends the run and all it started. */
export interface AgentStream extends AsyncIterableIterator<AgentEvent, void, undefined> {
  return(): Promise<IteratorResult<AgentEvent, void>>
}

/** After the others the conversation is as it was before the turn; what a content filter held back would be held back again. */
const kept: ReadonlySet<StopReason> = new Set<StopReason>(['finished', 'length', 'max_steps'])

/** A conversation with a model that may call tools. One run at a time: a second one is refused as `busy`. */
export class Agent {
  readonly #options: AgentOptions
  #messages: readonly Message[]
  #toolbox: Promise<Toolbox> | undefined
  #busy = false

  /** Throws `AgentError` `usage` for options that cannot work. */
  constructor(options: AgentOptions) {
    checkAgentOptions(options)
    const history = Object.freeze([...(options.history ?? [])])
    this.#options = { ...options, history, tools: [...(options.tools ?? [])] }
    this.#messages = history
  }

  /** The conversation so far, without the system prompt. */
  get messages(): readonly Message[] {
    return this.#messages
  }

  /** Back to the `history` the agent was made with. */
  reset(): void {
    if (this.#busy) throw busy()
    this.#messages = this.#options.history ?? []
  }

  /**
   * One run, to its end. A limit or a cancellation is a result with its `stopReason`; a failure of the provider or host is thrown as it is,
   * and `failedTurn(error)` tells what the run had done.
   */
  async process(input: Content, options: RunOptions = {}): Promise<AgentResult> {
    for await (const event of this.stream(input, options)) if (event.type === 'done') return event.result
    throw new Error('A run ends with `done` or throws.')
  }

  /** The same, event by event; the last one is `done` with the result. */
  stream(input: Content, options: RunOptions = {}): AgentStream {
    const limit = new RunLimit()
    const events = this.#run(input, options, limit)
    const stream: AgentStream = {
      next: () => events.next(),
      return: () => {
        // A generator is deaf while its `next` is pending.
        limit.cancel()
        return events.return()
      },
      [Symbol.asyncIterator]: () => stream
    }
    return stream
  }

  async *#run(input: Content, options: RunOptions, limit: RunLimit): AsyncGenerator<AgentEvent, void, undefined> {
    checkRunOptions(options)
    if (!input?.length) throw new AgentError('usage', 'There is nothing to ask: the input is empty.')
    if (this.#busy) throw busy()
    this.#busy = true
    const agent = this.#options
    const limits = readLimits(agent, options)
    const turn = new Turn({ role: 'user', content: input })
    let result: AgentResult
    try {
      limit.start(
        [agent.signal, options.signal].filter(signal => signal !== undefined),
        limits.timeoutMs
      )
      const plan = {
        prepare: () => Promise.all([this.#findProvider(), this.#openToolbox()]),
        model: agent.provider ? agent.model : undefined,
        agent: agent.role,
        before: [...systemMessages(agent), ...this.#messages],
        request: readRequest(agent, options),
        limits
      }
      result = turn.result(yield* runTurn(plan, turn, limit))
      if (kept.has(result.stopReason)) this.#messages = Object.freeze([...this.#messages, ...result.messages])
    } catch (error) {
      attachTurn(error, turn.summary())
      throw error
    } finally {
      limit.end()
      this.#busy = false
    }
    yield { type: 'done', result }
  }

  async #findProvider(): Promise<AgentProvider> {
    const { host, provider, model } = this.#options
    return provider ? host.provider(provider) : host.model(model ?? '')
  }

  #openToolbox(): Promise<Toolbox> {
    return (this.#toolbox ??= openToolbox(this.#options.tools ?? []))
  }
}

function busy(): AgentError {
  return new AgentError('busy', 'This agent is in a run.', { hint: 'Wait for its end, or make one agent for each conversation.' })
}
