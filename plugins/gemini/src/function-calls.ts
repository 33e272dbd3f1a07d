import { isObject, objectsOf, ProviderError, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import { answerTool } from './answer-plan.ts'
import { PartialArguments } from './partial-arguments.ts'
import type { ReplayLog } from './replay.ts'
import { decodeToolName } from './tool-names.ts'

/** A call that may not be complete. */
interface OpenCall {
  readonly part: JsonObject
  readonly call: JsonObject
  readonly id: string
  /** Absent when they came whole. */
  args?: PartialArguments
  signature: unknown
}

/** Reads the function calls of one reply, which come whole or, at Vertex AI, leaf by leaf. */
export class FunctionCalls {
  #count = 0
  #open: OpenCall | undefined
  #replay: ReplayLog

  constructor(replay: ReplayLog) {
    this.#replay = replay
  }

  get count(): number {
    return this.#count
  }

  /** `replyId` makes ids for calls that have none: they must differ from those of other turns. */
  read(part: JsonObject, call: JsonObject, replyId: string | undefined, events: ChatEvent[]): void {
    const pieces = objectsOf(call.partialArgs)
    if (textOf(call.name) !== undefined) {
      this.close(events)
      this.#open = { part, call, id: textOf(call.id) ?? makeId(replyId, this.#count), signature: undefined }
    }
    const open = this.#open
    if (open === undefined) {
      if (call.args === undefined && pieces.length === 0) return
      throw new ProviderError('protocol', 'The vendor sent a tool call without a name.', { code: 'tool_call' })
    }
    const continues = call.willContinue === true
    if (continues || pieces.length > 0) open.args ??= new PartialArguments(isObject(call.args) ? call.args : {})
    for (const piece of pieces) open.args?.add(piece)
    open.signature ??= part.thoughtSignature
    // Arguments that cannot be told yet are a sign of life.
    if (continues) this.#tell(open, '', events)
    else this.close(events)
  }

  /** The arguments are complete: another part follows, or the reply ends. */
  close(events: ChatEvent[]): void {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    const { part, call, args, signature } = open
    this.#tell(open, toText(args === undefined ? call.args : args.value), events)
    if (call.name === answerTool) return
    this.#count++
    if (args === undefined) this.#replay.add(part)
    else {
      const { willContinue: _continues, partialArgs: _pieces, ...told } = call
      this.#replay.add({ functionCall: { ...told, args: args.value }, ...(signature !== undefined && { thoughtSignature: signature }) })
    }
  }

  #tell({ call, id }: OpenCall, text: string, events: ChatEvent[]): void {
    const name = decodeToolName(String(call.name))
    if (name !== answerTool) events.push({ type: 'tool_call', index: this.#count, id, name, arguments: text })
    else if (text !== '') events.push({ type: 'text', text })
  }
}

/** Short enough for vendors that limit ids, and of letters that all of them take: the next turn may be another vendor's. */
function makeId(replyId: string | undefined, index: number): string {
  const reply = replyId?.replace(/[^\w-]/g, '').slice(0, 28) ?? ''
  return reply === '' ? `call_${index}` : `call_${reply}_${index}`
}

function toText(args: unknown): string {
  try {
    return JSON.stringify(args ?? {})
  } catch (cause) {
    throw new ProviderError('protocol', 'The vendor sent arguments of a tool call that are nested too deeply.', {
      code: 'tool_call',
      cause
    })
  }
}
