import type { ChatEvent, Citation, Cost, FinishReason, JsonObject, ProviderData, Usage } from '@resoftai/sdk'
import { restarted, type ReplyStream } from '../openai/reply-stream.ts'
import { CallOrder, type CallStep } from './call-order.ts'
import { carry } from './carried-data.ts'
import { writeCitation } from './citation.ts'
import type { MessageHead } from './message-head.ts'
import { stopReason } from './stop-reason.ts'
import { untoldData, type ToldBlock } from './untold-data.ts'
import { writeUsage } from './usage.ts'

/** Writes one reply as the events of Anthropic's stream. The last frame comes with `finish`; nothing is to be put behind it. */
export function messageEvents(head: MessageHead): ReplyStream {
  return new MessageEvents(head)
}

class MessageEvents implements ReplyStream {
  usage: Usage = {}
  cost: Cost | null = null
  readonly warnings: string[] = []
  readonly #head: MessageHead
  #isBegun = false
  #index = -1
  #open: ToldBlock['type'] | undefined
  /** All of a frame before the text of a delta: text is most of what is sent. */
  #beforePiece = ''
  #told: ToldBlock[] = []
  #calls = new CallOrder()
  #citations: Citation[] = []
  #providerData: ProviderData = {}

  constructor(head: MessageHead) {
    this.#head = head
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'text':
        return this.#say(event.text)
      case 'reasoning':
        return this.#think(event.text, event.signature)
      case 'tool_call':
        return this.#call(this.#calls.add(event))
      case 'citation':
        this.#citations.push(event.citation)
        return this.#open === 'text' ? this.#cite() : ''
      // The message begins with the first that is in it: its head tells the usage, which comes behind the start.
      case 'start':
        return ''
      case 'usage':
        this.usage = { ...this.usage, ...event.usage }
        return ''
      case 'cost':
        this.cost = event.cost
        return ''
      case 'provider_data':
        this.#providerData = { ...this.#providerData, ...event.data }
        return ''
      case 'warning':
        this.warnings.push(event.message)
        return ''
      case 'restart':
        this.#restart()
        return ''
      case 'finish':
        return this.#finish(event.reason, event.raw)
      // Frames are OpenAI's, and nobody asks for them here.
      case 'frame':
        return ''
    }
  }

  #begin(): string {
    if (this.#isBegun) return ''
    this.#isBegun = true
    const { id, model } = this.#head
    const message = { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null }
    return frame('message_start', { message: { ...message, usage: writeUsage(this.usage) } })
  }

  #say(text: string): string {
    if (text === '') return ''
    if (this.#open === 'text') return this.#piece(text)
    const begun = this.#openBlock('text', '', { type: 'text', text: '' }, '"text_delta","text":')
    return begun + this.#cite() + this.#piece(text)
  }

  /** A signature ends the block that it signs. */
  #think(text: string, signature: string | undefined): string {
    if (text === '' && signature === undefined) return ''
    const start = { type: 'thinking', thinking: '', signature: '' }
    const begun = this.#open === 'thinking' ? '' : this.#openBlock('thinking', '', start, '"thinking_delta","thinking":')
    const said = begun + (text === '' ? '' : this.#piece(text))
    if (signature === undefined) return said
    const told = this.#told.at(-1)
    if (told !== undefined) told.mark = signature
    return said + this.#delta({ type: 'signature_delta', signature }) + this.#close()
  }

  #call(steps: readonly CallStep[]): string {
    return steps
      .map(step => {
        if (step.type === 'arguments') return this.#piece(step.text)
        const id = step.id ?? `toolu_${step.index}_${this.#head.id}`
        return this.#openBlock('tool_use', id, { type: 'tool_use', id, name: step.name, input: {} }, '"input_json_delta","partial_json":')
      })
      .join('')
  }

  /** The sources that are known by now; they stand in a text. */
  #cite(): string {
    const deltas = this.#citations.map(citation => this.#delta({ type: 'citations_delta', citation: writeCitation(citation) }))
    this.#citations = []
    return deltas.join('')
  }

  #openBlock(type: ToldBlock['type'], mark: string, start: JsonObject, piece: string): string {
    const before = this.#begin() + this.#close()
    if (type !== 'tool_use') this.#calls.leave()
    this.#open = type
    this.#told.push({ type, mark })
    const index = ++this.#index
    this.#beforePiece = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":${piece}`
    return before + frame('content_block_start', { index, content_block: start })
  }

  #piece(text: string): string {
    return `${this.#beforePiece}${JSON.stringify(text)}}}\n\n`
  }

  #delta(delta: JsonObject): string {
    return frame('content_block_delta', { index: this.#index, delta })
  }

  #close(): string {
    if (this.#open === undefined) return ''
    this.#open = undefined
    return frame('content_block_stop', { index: this.#index })
  }

  #finish(reason: FinishReason, raw: string | undefined): string {
    const word = stopReason(reason, raw, this.#calls.count > 0)
    const end = { delta: { stop_reason: word, stop_sequence: null }, usage: writeUsage(this.usage) }
    const rest = this.#begin() + this.#call(this.#calls.end()) + this.#citeAtEnd() + this.#close() + this.#carry()
    return rest + frame('message_delta', end) + frame('message_stop', {})
  }

  #citeAtEnd(): string {
    if (this.#citations.length === 0) return ''
    return this.#openBlock('text', '', { type: 'text', text: '' }, '') + this.#cite()
  }

  #carry(): string {
    const data = untoldData(this.#providerData, this.#told)
    if (data === undefined) return ''
    const index = ++this.#index
    return frame('content_block_start', { index, content_block: carry(data) }) + frame('content_block_stop', { index })
  }

  #restart(): void {
    if (this.#isBegun) throw restarted()
    this.#calls = new CallOrder()
    this.#citations = []
    this.#providerData = {}
    this.usage = {}
    this.cost = null
  }
}

function frame(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}
