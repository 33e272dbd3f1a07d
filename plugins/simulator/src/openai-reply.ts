import { ReplyBuilder, type ChatEvent, type Usage } from '@resoftai/sdk'
import type { SimulatorStep } from './script.ts'

/** Replies carry one date, so that equal requests get equal bytes. */
export const created = 1_767_225_600

/** Writes the chunks of one stream, as JSON text. */
export class ChunkWriter {
  readonly #head: string
  #usage: Usage | undefined

  constructor(steps: readonly SimulatorStep[]) {
    const { model, id } = startOf(steps)
    this.#head = `{"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)}`
  }

  /** What one event looks like; nothing for usage, which goes with the end. */
  chunk(event: ChatEvent): string | undefined {
    switch (event.type) {
      case 'start':
        return this.delta({ role: 'assistant', content: '' })
      case 'text':
        return this.delta({ content: event.text })
      case 'reasoning':
        return this.delta({ reasoning_content: event.text })
      case 'tool_call': {
        const { index, id, name, arguments: piece } = event
        const opening = id === undefined ? {} : { id, type: 'function' }
        return this.delta({ tool_calls: [{ index, ...opening, function: { ...(name !== undefined && { name }), arguments: piece } }] })
      }
      case 'usage':
        this.#usage = event.usage
        return undefined
      case 'finish':
        return this.delta({}, event.reason)
      default:
        return undefined
    }
  }

  delta(delta: unknown, finishReason: string | null = null): string {
    return `${this.#head},"choices":[{"index":0,"delta":${JSON.stringify(delta)},"finish_reason":${JSON.stringify(finishReason)}}]}`
  }

  /** The last chunk, without choices. */
  usageChunk(): string | undefined {
    return this.#usage && `${this.#head},"choices":[],"usage":${JSON.stringify(openAiUsage(this.#usage))}}`
  }
}

/** The whole reply as one object. */
export function completion(steps: readonly SimulatorStep[]): unknown {
  const builder = new ReplyBuilder()
  for (const step of steps) if (step.type === 'event') builder.add(step.event)
  const { content, reasoning, toolCalls, finishReason, usage, model, id } = builder.reply()
  const message = {
    role: 'assistant',
    content: content === '' && toolCalls.length > 0 ? null : content,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(toolCalls.length > 0 && {
      tool_calls: toolCalls.map(call => ({ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }))
    })
  }
  const choices = [{ index: 0, message, finish_reason: finishReason }]
  return { id, object: 'chat.completion', created, model, choices, usage: openAiUsage(usage) }
}

function startOf(steps: readonly SimulatorStep[]): { readonly model: string; readonly id: string } {
  for (const step of steps)
    if (step.type === 'event' && step.event.type === 'start') return { model: step.event.model, id: step.event.id ?? '' }
  return { model: '', id: '' }
}

function openAiUsage({ inputTokens, outputTokens, totalTokens, reasoningTokens, cachedTokens }: Usage): unknown {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: totalTokens,
    ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens !== undefined && { completion_tokens_details: { reasoning_tokens: reasoningTokens } })
  }
}
