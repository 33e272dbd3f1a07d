import type { ChatEvent } from '@resoftai/sdk'
import { GatewayError } from '../error.ts'

type ToolCallEvent = Extract<ChatEvent, { type: 'tool_call' }>

/** `begin` with the number of the call, or a piece of the arguments of the one that began last. */
export type CallStep =
  | { readonly type: 'begin'; readonly index: number; readonly id: string | undefined; readonly name: string }
  | { readonly type: 'arguments'; readonly text: string }

interface Call {
  readonly index: number
  id: string | undefined
  name: string | undefined
  /** What came of the arguments. */
  said: string
  state: 'waiting' | 'open' | 'over'
}

/**
 * Tool calls one after the other, as blocks of a message are. A vendor may mix the pieces of several: the one that began is told as it comes
 * until its arguments are complete, and the others wait for that.
 */
export class CallOrder {
  readonly #calls = new Map<number, Call>()
  #open: Call | undefined

  get count(): number {
    return this.#calls.size
  }

  add({ index, id, name, arguments: text = '' }: ToolCallEvent): readonly CallStep[] {
    let call = this.#calls.get(index)
    if (call === undefined) {
      call = { index, id: undefined, name: undefined, said: '', state: 'waiting' }
      this.#calls.set(index, call)
    }
    call.id ??= id || undefined
    call.name ??= name || undefined
    if (call.state === 'over' && text.trim() !== '') throw tooLate()
    call.said += text
    if (call.state !== 'waiting') return call.state === 'over' || text === '' ? [] : [{ type: 'arguments', text }]
    const isFree = this.#open === undefined || isComplete(this.#open.said)
    return isFree && call.name !== undefined ? this.#begin(call) : []
  }

  /** Something else is told: the call that was open is over. */
  leave(): void {
    if (this.#open !== undefined) this.#open.state = 'over'
    this.#open = undefined
  }

  /** The reply is over: the calls that still waited. */
  end(): readonly CallStep[] {
    return [...this.#calls.values()].filter(({ state }) => state === 'waiting').flatMap(call => this.#begin(call))
  }

  #begin(call: Call): readonly CallStep[] {
    this.leave()
    this.#open = call
    call.state = 'open'
    const { index, id, name = '', said } = call
    return [{ type: 'begin', index, id, name }, ...(said === '' ? [] : [{ type: 'arguments' as const, text: said }])]
  }
}

function isComplete(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function tooLate(): GatewayError {
  return new GatewayError('The provider sent more of a tool call that was over.', {
    status: 502,
    type: 'api_error',
    code: 'provider_protocol'
  })
}
