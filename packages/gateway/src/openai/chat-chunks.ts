import type { ChatEvent, Citation, Cost, FinishReason, Frame, ProviderData, Usage } from '@resoftai/sdk'
import { chunkForm, headOf, type ChunkForm } from './chunk-form.ts'
import { writeCitation } from './citation.ts'
import { finishWord } from './finish-words.ts'
import { restarted, type AnswerHead, type ChunkOptions, type ReplyStream } from './reply-stream.ts'
import { ToolCallPieces, type CallPiece } from './tool-call-pieces.ts'

/** Writes one reply as chunks of OpenAI's chat stream, without the usage chunk (`usageFrame`) and the end (`doneFrame`). */
export function chatChunks(options: ChunkOptions): ReplyStream {
  return new ChatChunks(options)
}

class ChatChunks implements ReplyStream {
  usage: Usage = {}
  cost: Cost | null = null
  readonly warnings: string[] = []
  readonly #options: ChunkOptions
  /** The first chunk of the vendor that was passed on. */
  #passed: string | undefined
  #madeForm: ChunkForm | undefined
  #isBegun = false
  #hasSaid = false
  #madeCalls: ToolCallPieces | undefined
  #citations: Citation[] | undefined
  #providerData: ProviderData | undefined

  constructor(options: ChunkOptions) {
    this.#options = options
  }

  get head(): AnswerHead | undefined {
    return this.#passed === undefined ? undefined : headOf(this.#passed, this.#options)
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'text':
        return this.#say(this.#form.beforeText, event.text)
      case 'start':
        return this.#begin()
      case 'reasoning':
        return this.#say(this.#form.beforeReasoning, event.text)
      case 'tool_call': {
        const piece = this.#calls.add(event)
        return piece === undefined ? '' : this.#begin() + this.#writeCalls([piece])
      }
      case 'citation':
        ;(this.#citations ??= []).push(event.citation)
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
        return this.#begin() + this.#writeCalls(this.#calls.end()) + this.#writeRest() + this.#finish(event.reason, event.raw)
      case 'frame':
        return this.#pass(event)
    }
  }

  /** What follows it without a frame has to go on behind what it told. */
  #pass({ data, events }: Frame): string {
    this.#passed ??= data
    // Some vendors leave the role out, which clients look for.
    const begin = this.#isBegun || data.includes('"role"') ? '' : this.#begin()
    this.#isBegun = true
    this.#madeForm = undefined
    for (const event of events) this.#note(event)
    return `${begin}data: ${data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data}\n\n`
  }

  #note(event: ChatEvent): void {
    if (event.type === 'text' || event.type === 'reasoning') this.#hasSaid = true
    else if (event.type === 'tool_call') {
      this.#hasSaid = true
      this.#calls.add(event)
    } else if (event.type === 'usage' || event.type === 'warning') this.write(event)
  }

  /** Made when it is needed, and not kept behind a frame: nothing may have to be written here any more. */
  get #form(): ChunkForm {
    return (this.#madeForm ??= chunkForm(this.head ?? this.#options, this.#options))
  }

  /** Made with the first call, as most replies have none. */
  get #calls(): ToolCallPieces {
    return (this.#madeCalls ??= new ToolCallPieces())
  }

  /** As OpenAI begins: the role, before the first word is there. */
  #begin(): string {
    if (this.#isBegun) return ''
    this.#isBegun = true
    return this.#delta({ role: 'assistant', content: '', refusal: null })
  }

  #say(before: string, text: string): string {
    if (text === '') return ''
    this.#hasSaid = true
    return this.#begin() + before + JSON.stringify(text) + this.#form.behindText
  }

  #delta(delta: unknown): string {
    return this.#form.before + JSON.stringify(delta) + this.#form.behind
  }

  #writeCalls(calls: readonly CallPiece[]): string {
    if (calls.length === 0) return ''
    this.#hasSaid = true
    if (!this.#options.functions) return this.#delta({ tool_calls: calls })
    return calls.map(call => (call.index === 0 ? this.#delta({ function_call: call.function }) : '')).join('')
  }

  /** Once, at the end: clients replace what they have of these fields by what comes later. */
  #writeRest(): string {
    if (this.#citations === undefined && this.#providerData === undefined) return ''
    return this.#delta({
      ...(this.#citations !== undefined && { annotations: this.#citations.map(writeCitation) }),
      ...(this.#providerData !== undefined && { provider_data: this.#providerData })
    })
  }

  #finish(reason: FinishReason, raw: string | undefined): string {
    const word = finishWord(reason, this.#calls.count > 0)
    const told = this.#options.functions && word === 'tool_calls' ? 'function_call' : word
    if (this.#options.functions && this.#calls.count > 1) this.warnings.push('The model called several functions; only the first is told.')
    const native = raw === undefined ? '' : `,"native_finish_reason":${JSON.stringify(raw)}`
    return `${this.#form.before}{},"logprobs":null,"finish_reason":"${told}"${native}${this.#form.after}`
  }

  #restart(): void {
    if (this.#hasSaid) throw restarted()
    this.#madeCalls = undefined
    this.#citations = undefined
    this.#providerData = undefined
    this.usage = {}
    this.cost = null
  }
}
