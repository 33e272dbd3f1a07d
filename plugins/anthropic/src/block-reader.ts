import { isObject, ProviderError, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import type { Citations } from './citations.ts'
import { replyTool } from './response-format.ts'
import { readToolInput } from './tool-input.ts'

/** `reply`: the tool whose input is the reply. `opaque`: nothing but to be sent back, such as what the vendor's own tools did. */
type BlockKind = 'text' | 'thinking' | 'call' | 'reply' | 'opaque'

function kindOf({ type, name }: JsonObject): BlockKind {
  if (type === 'text' || type === 'thinking') return type
  return type !== 'tool_use' ? 'opaque' : name === replyTool ? 'reply' : 'call'
}

/** Where a delta has its piece (WIRE.md 9.4). */
const pieceFields: ReadonlyMap<unknown, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['input_json_delta', 'partial_json'],
  ['compaction_delta', 'content']
])

/** One content block, in pieces or whole. */
export class BlockReader {
  readonly kind: BlockKind
  #raw: JsonObject
  #index: number
  #citations: Citations
  #pieces: string[] = []
  #signature: string
  #cited: unknown[]

  /** `raw` is the block as it begins, `index` the number of a tool call. */
  constructor(raw: JsonObject, index: number, citations: Citations, events: ChatEvent[]) {
    this.kind = kindOf(raw)
    this.#raw = raw
    this.#index = index
    this.#citations = citations
    this.#signature = textOf(raw.signature) ?? ''
    this.#cited = Array.isArray(raw.citations) ? [...raw.citations] : []
    for (const citation of this.#cited) citations.read(citation, events)
    if (this.kind === 'call') events.push(beginCall(raw, index))
    if (this.kind === 'text') this.#take(raw.text, events)
    if (this.kind === 'thinking') this.#take(raw.thinking, events)
  }

  read(delta: JsonObject, events: ChatEvent[]): void {
    const field = pieceFields.get(delta.type)
    if (field !== undefined) this.#take(delta[field], events)
    else if (delta.type === 'signature_delta') this.#signature += textOf(delta.signature) ?? ''
    else if (delta.type === 'citations_delta') {
      this.#cited.push(delta.citation)
      this.#citations.read(delta.citation, events)
    }
  }

  /** The whole block, as it must be sent back; `undefined` for one that the vendor would not take. */
  end(events: ChatEvent[]): JsonObject | undefined {
    // Some calls come whole, without pieces.
    if ((this.kind === 'call' || this.kind === 'reply') && this.#pieces.length === 0) this.#take(inputText(this.#raw.input), events)
    const text = this.#pieces.join('')
    switch (this.kind) {
      case 'text':
        return { ...this.#raw, text, ...(this.#cited.length > 0 && { citations: this.#cited }) }
      case 'thinking':
        return this.#signature === '' ? undefined : { ...this.#raw, thinking: text, signature: this.#signature }
      case 'call':
        return { ...this.#raw, input: readToolInput(text).input }
      case 'reply':
        return { type: 'text', text }
      case 'opaque':
        if (text === '') return this.#raw
        return this.#raw.type === 'compaction' ? { ...this.#raw, content: text } : { ...this.#raw, input: readToolInput(text).input }
    }
  }

  #take(piece: unknown, events: ChatEvent[]): void {
    if (typeof piece !== 'string' || piece === '') return
    this.#pieces.push(piece)
    if (this.kind === 'call') events.push({ type: 'tool_call', index: this.#index, arguments: piece })
    else if (this.kind === 'thinking') events.push({ type: 'reasoning', text: piece })
    else if (this.kind !== 'opaque') events.push({ type: 'text', text: piece })
  }
}

function beginCall({ id, name }: JsonObject, index: number): ChatEvent {
  const called = textOf(name)
  if (called === undefined) throw new ProviderError('protocol', 'The vendor sent a tool call without a name.', { code: 'tool_call' })
  const known = textOf(id)
  return { type: 'tool_call', index, name: called, ...(known !== undefined && { id: known }) }
}

function inputText(input: unknown): string {
  try {
    return isObject(input) ? JSON.stringify(input) : '{}'
  } catch {
    throw new ProviderError('protocol', 'The arguments of a tool call cannot be read.', { code: 'tool_call' })
  }
}
