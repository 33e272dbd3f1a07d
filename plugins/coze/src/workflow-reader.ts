import { textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import { readInterruption } from './interruption.ts'
import { usageEvents } from './usage.ts'

/** Reads the stream of one workflow. The numbers of its events are no help: they begin again (WIRE.md 8.6). */
export class WorkflowReader {
  #node: string | undefined
  #ended = false

  /** A piece of what a node says. */
  message(body: JsonObject): readonly ChatEvent[] {
    const text = textOf(body.content)
    const node = textOf(body.node_execute_uuid) ?? textOf(body.node_id) ?? textOf(body.node_title) ?? ''
    const isNext = this.#node !== undefined && (this.#ended || this.#node !== node)
    if (text !== undefined) {
      this.#node = node
      this.#ended = false
    }
    if (body.node_is_finish === true) this.#ended = true
    const said: readonly ChatEvent[] = text === undefined ? [] : [{ type: 'text', text: isNext ? `\n${text}` : text }]
    return [...said, ...usageEvents(body.usage ?? { token_count: body.token })]
  }

  interrupt({ interrupt_data }: JsonObject): readonly ChatEvent[] {
    return readInterruption(interrupt_data, { stream: true, isAsked: this.#node !== undefined })
  }

  done(): readonly ChatEvent[] {
    return [{ type: 'finish', reason: 'stop' }]
  }
}
