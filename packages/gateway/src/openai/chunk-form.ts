import { parseLeniently, isObject } from '@resoftai/sdk'
import type { AnswerHead, ChunkOptions } from './reply-stream.ts'

/** All of a chunk before its delta, and behind it: text is most of what is sent. */
export interface ChunkForm {
  readonly before: string
  /** While the reply goes on. */
  readonly behind: string
  readonly after: string
  readonly beforeText: string
  readonly beforeReasoning: string
  readonly behindText: string
}

export function chunkForm({ id, model, created }: AnswerHead, { index = 0, includeUsage }: ChunkOptions): ChunkForm {
  const head = JSON.stringify({ id, object: 'chat.completion.chunk', created, model })
  const before = `data: ${head.slice(0, -1)},"choices":[{"index":${index},"delta":`
  const after = `}]${includeUsage ? ',"usage":null' : ''}}\n\n`
  const behind = `,"logprobs":null,"finish_reason":null${after}`
  return {
    before,
    behind,
    after,
    beforeText: `${before}{"content":`,
    beforeReasoning: `${before}{"reasoning_content":`,
    behindText: `}${behind}`
  }
}

/** What a chunk of the vendor says of its answer: chunks of one answer say the same. */
export function headOf(chunk: string, { id, model, created }: AnswerHead): AnswerHead {
  const said = parseLeniently(chunk)
  if (!isObject(said)) return { id, model, created }
  return {
    id: typeof said.id === 'string' ? said.id : id,
    model: typeof said.model === 'string' ? said.model : model,
    created: typeof said.created === 'number' ? said.created : created
  }
}
