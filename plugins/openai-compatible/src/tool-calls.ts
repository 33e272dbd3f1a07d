import { isObject, ProviderError, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'

interface Call {
  /** Our own number: vendors' numbers may begin at 1 or be missing. */
  readonly index: number
  id: string | undefined
  name: string | undefined
  arguments: string
  /** Whether they were handed on already. */
  idTold: boolean
  nameTold: boolean
}

interface Piece {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly arguments: string
}

/**
 * Puts the pieces of tool calls together (WIRE.md 1.2, FAULTS.md S14). The vendor's index says which call a piece belongs to, else its id,
 * else the order. An id or a name is never overwritten, arguments of two calls are never mixed; what cannot be told apart is an error.
 * A name is held back until the arguments begin, as it may come in pieces too.
 */
export class ToolCallAssembler {
  #calls: Call[] = []
  #byIndex = new Map<number | string, Call>()
  #last: Call | undefined
  #extra: Record<string, unknown> | undefined

  get count(): number {
    return this.#calls.length
  }

  /** Vendor fields of calls that must travel back unchanged, by the position of the call. */
  get extraContent(): Readonly<Record<string, unknown>> | undefined {
    return this.#extra
  }

  /** A piece of a call in a stream. */
  add(raw: unknown, events: ChatEvent[]): void {
    if (!isObject(raw)) return
    const piece = readPiece(raw)
    const index = typeof raw.index === 'number' ? raw.index : textOf(raw.index)
    const current = this.#find(index, piece.id)
    const step = current === undefined ? 'begins' : compare(current, piece, index !== undefined)
    if (step === 'repeats') return
    const call = step === 'continues' ? current : this.#begin(index, piece)
    if (call === undefined) return
    this.#last = call
    this.#grow(call, piece, events)
    this.#keepExtra(call, raw)
  }

  /** A whole call of a whole reply. */
  addWhole(raw: unknown, events: ChatEvent[]): void {
    if (!isObject(raw)) return
    const piece = readPiece(raw)
    const call = this.#begin(undefined, piece)
    if (call === undefined) return
    this.#grow(call, piece, events)
    this.#keepExtra(call, raw)
  }

  /** The reply is over: hands on what was held back. */
  flush(events: ChatEvent[]): void {
    for (const call of this.#calls) {
      if (call.name === undefined) throw new ProviderError('protocol', 'The vendor sent a tool call without a name.', { code: 'tool_call' })
      if (!call.nameTold || (call.id !== undefined && !call.idTold)) this.#tell(call, '', events)
    }
  }

  #find(index: number | string | undefined, id: string | undefined): Call | undefined {
    if (index !== undefined) return this.#byIndex.get(index)
    return id === undefined ? this.#last : this.#calls.find(call => call.id === id)
  }

  /** Some vendors end with an empty piece that belongs to nothing: no call. */
  #begin(index: number | string | undefined, piece: Piece): Call | undefined {
    if (piece.id === undefined && piece.name === undefined && piece.arguments === '') return undefined
    const call: Call = { index: this.#calls.length, id: undefined, name: undefined, arguments: '', idTold: false, nameTold: false }
    this.#calls.push(call)
    if (index !== undefined) this.#byIndex.set(index, call)
    return call
  }

  #grow(call: Call, piece: Piece, events: ChatEvent[]): void {
    // A result is matched to its call by id: an id that another call has is no id.
    if (call.id === undefined && !this.#calls.some(other => other.id === piece.id)) call.id = piece.id
    call.name = joinName(call, piece.name)
    call.arguments += piece.arguments
    if (piece.arguments !== '') this.#tell(call, piece.arguments, events)
  }

  #tell(call: Call, text: string, events: ChatEvent[]): void {
    if (call.nameTold && call.idTold) {
      events.push({ type: 'tool_call', index: call.index, arguments: text })
      return
    }
    const id = call.idTold ? undefined : call.id
    const name = call.nameTold ? undefined : call.name
    events.push({
      type: 'tool_call',
      index: call.index,
      ...(id !== undefined && { id }),
      ...(name !== undefined && { name }),
      ...(text !== '' && { arguments: text })
    })
    call.idTold = call.id !== undefined
    call.nameTold = call.name !== undefined
  }

  #keepExtra(call: Call, raw: JsonObject): void {
    if (isObject(raw.extra_content)) this.#extra = { ...this.#extra, [call.index]: raw.extra_content }
  }
}

function readPiece(raw: JsonObject): Piece {
  const called = isObject(raw.function) ? raw.function : {}
  return { id: textOf(raw.id), name: textOf(called.name), arguments: argumentsText(called.arguments) }
}

/** Some vendors send the object itself. What is neither is kept as well: whoever runs the tool must see that it is no object. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** What a piece is to the call that its index, id or place points at. */
function compare(call: Call, piece: Piece, indexed: boolean): 'continues' | 'begins' | 'repeats' {
  const isOther = piece.id !== undefined && call.id !== undefined && piece.id !== call.id
  if (call.name === undefined || (piece.name === undefined && !isOther)) return 'continues'
  const isAfterEnd = mayOpen(piece.arguments) && isComplete(call.arguments)
  // Without a name: some vendors give each piece of a call another id, but none goes on behind the end of its arguments.
  if (piece.name === undefined) return isAfterEnd && piece.arguments !== '' ? 'begins' : 'continues'
  if (isOther) return isAfterEnd || piece.name !== call.name ? 'begins' : 'continues'
  if (call.arguments === '') return indexed || piece.id !== undefined ? 'continues' : 'begins'
  if (isAfterEnd) return piece.arguments === '' || piece.id !== undefined ? 'repeats' : 'begins'
  if (piece.name === call.name) return 'continues'
  throw new ProviderError('protocol', `The vendor mixed the tool calls ${call.name} and ${piece.name}.`, { code: 'tool_call' })
}

/** A name in pieces grows; one that is sent again, or whole after its beginning, does not. */
function joinName({ name, nameTold }: Call, piece: string | undefined): string | undefined {
  if (piece === undefined || nameTold || piece === name) return name
  return name === undefined || piece.startsWith(name) ? piece : name + piece
}

function mayOpen(text: string): boolean {
  return text === '' || text.trimStart().startsWith('{')
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
