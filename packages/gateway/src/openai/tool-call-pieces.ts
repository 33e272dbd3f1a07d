import type { ChatEvent } from '@resoftai/sdk'

type ToolCallEvent = Extract<ChatEvent, { type: 'tool_call' }>

/** What a `tool_calls` delta holds of one call. */
export interface CallPiece {
  readonly index: number
  readonly id?: string
  readonly type?: 'function'
  readonly function: { readonly name?: string; readonly arguments: string }
}

interface Call {
  readonly place: number
  id: string | undefined
  name: string | undefined
  /** Arguments that wait for the name. */
  held: string
  /** Whether any arguments came. */
  hasArguments: boolean
  isTold: boolean
}

/**
 * Pieces of tool calls as OpenAI's clients expect them: numbered without gaps from 0, the first piece with id and name, arguments that are
 * JSON in the end.
 */
export class ToolCallPieces {
  readonly #calls = new Map<number, Call>()

  get count(): number {
    return this.#calls.size
  }

  add({ index, id, name, arguments: text = '' }: ToolCallEvent): CallPiece | undefined {
    let call = this.#calls.get(index)
    if (call === undefined) {
      call = { place: this.#calls.size, id: undefined, name: undefined, held: '', hasArguments: false, isTold: false }
      this.#calls.set(index, call)
    }
    call.id ??= id || undefined
    call.name ??= name || undefined
    call.hasArguments ||= text.trim() !== ''
    if (call.isTold) return text === '' ? undefined : { index: call.place, function: { arguments: text } }
    call.held += text
    return call.name === undefined ? undefined : tell(call)
  }

  /** The reply is over: what is still missing. */
  end(): readonly CallPiece[] {
    const pieces: CallPiece[] = []
    for (const call of this.#calls.values()) {
      if (!call.isTold) {
        if (!call.hasArguments) call.held = '{}'
        pieces.push(tell(call))
      } else if (!call.hasArguments) pieces.push({ index: call.place, function: { arguments: '{}' } })
    }
    return pieces
  }
}

/** An id that comes later than the first piece would be too late: clients have made up their own by then. */
function tell(call: Call): CallPiece {
  call.isTold = true
  const { place, id, name = '', held } = call
  return { index: place, id: id ?? `call_${place}`, type: 'function', function: { name, arguments: held } }
}
