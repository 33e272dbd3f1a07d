import type { ChatEvent, Cost, FinishReason, Usage } from '@resoftai/sdk'
import { finishWord } from './finish-words.ts'
import { restarted, type ChunkOptions, type ReplyStream } from './reply-stream.ts'

/** Writes one reply as chunks of the older completions, without the usage chunk (`usageFrame`) and the end (`doneFrame`). */
export function textChunks(options: ChunkOptions): ReplyStream {
  return new TextChunks(options)
}

class TextChunks implements ReplyStream {
  usage: Usage = {}
  cost: Cost | null = null
  readonly warnings: string[] = []
  readonly #before: string
  readonly #middle: string
  readonly #after: string
  #hasSaid = false

  constructor({ id, model, created, includeUsage, index = 0 }: ChunkOptions) {
    const head = JSON.stringify({ id, object: 'text_completion', created, model })
    this.#before = `data: ${head.slice(0, -1)},"choices":[{"text":`
    this.#middle = `,"index":${index},"logprobs":null,"finish_reason":`
    this.#after = `}]${includeUsage ? ',"usage":null' : ''}}\n\n`
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'text':
        if (event.text === '') return ''
        this.#hasSaid = true
        return this.#chunk(event.text, null)
      case 'usage':
        this.usage = { ...this.usage, ...event.usage }
        return ''
      case 'cost':
        this.cost = event.cost
        return ''
      case 'warning':
        this.warnings.push(event.message)
        return ''
      case 'restart':
        if (this.#hasSaid) throw restarted()
        this.usage = {}
        this.cost = null
        return ''
      case 'finish':
        return this.#chunk('', event.reason)
      case 'start':
      case 'reasoning':
      case 'tool_call':
      case 'citation':
      case 'provider_data':
      case 'frame':
        return ''
    }
  }

  #chunk(text: string, reason: FinishReason | null): string {
    const finish = reason === null ? 'null' : `"${finishWord(reason, false)}"`
    return this.#before + JSON.stringify(text) + this.#middle + finish + this.#after
  }
}
