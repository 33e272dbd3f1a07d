import { isObject, textOf, type ChatEvent } from '@resoftai/sdk'
import { dataEvent, readInterrupt } from './coze-data.ts'
import { unreadable } from './errors.ts'

interface Interruption {
  readonly stream: boolean
  /** The question was told already. */
  readonly isAsked: boolean
}

/** What a workflow says when it stops to ask something. */
export function readInterruption(raw: unknown, { stream, isAsked }: Interruption): readonly ChatEvent[] {
  const interrupt = isObject(raw) ? readInterrupt(raw, stream) : undefined
  if (!isObject(raw) || interrupt === undefined) throw unreadable('a workflow that waits, and does not say what for')
  const question = isAsked ? undefined : readQuestion(raw.data)
  return [
    ...(question === undefined ? [] : [{ type: 'text', text: question } as const]),
    { type: 'warning', message: 'The workflow waits for an answer: the next message resumes it.' },
    dataEvent({ interrupt }),
    { type: 'finish', reason: 'stop' }
  ]
}

/** `{"content_type":"text","content":"…"}` as text. */
function readQuestion(data: unknown): string | undefined {
  const text = textOf(data)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return (isObject(value) ? textOf(value.content) : undefined) ?? text
  } catch {
    return text
  }
}
