import { isObject, type ChatEvent, type RelayDialect } from '@resoftai/sdk'
import { isPlainFinish, isPlainMessage, plainChoice } from './as-it-came.ts'
import type { VendorHooks } from './encode.ts'
import { Frames } from './frames.ts'
import { PlainCalls } from './plain-calls.ts'
import type { Quirks } from './quirks.ts'
import type { ReplyReaderOptions } from './reply-reader.ts'
import { createStreamDecoder } from './stream.ts'
import { decodeWhole } from './whole.ts'
import { takesWritten } from './written.ts'

/** Passes on what is OpenAI's on both sides. */
export function createRelay(quirks: Quirks, hooks: VendorHooks, reading: ReplyReaderOptions): RelayDialect {
  return {
    takes: request => takesWritten(request, quirks, hooks),
    streamDecoder: () => createStreamDecoder(reading, new Frames()),
    decode(body, text) {
      const events = decodeWhole(body, reading)
      return isPlainReply(body, events) ? [{ type: 'frame', data: text, events }] : events
    }
  }
}

function isPlainReply(body: unknown, events: readonly ChatEvent[]): boolean {
  const choice = isObject(body) ? plainChoice(body, 'chat.completion') : undefined
  if (!isObject(body) || !isObject(body.usage) || !isObject(choice?.message)) return false
  const { message } = choice
  const counted = events.findLast(event => event.type === 'usage')?.usage
  if (counted?.inputTokens === undefined || counted.outputTokens === undefined) return false
  const calls = new PlainCalls()
  const whole: readonly unknown[] = Array.isArray(message.tool_calls) ? message.tool_calls : []
  return (
    message.role === 'assistant' &&
    isPlainMessage(message, events) &&
    whole.every(call => calls.addWhole(call)) &&
    isPlainFinish(choice, events, calls)
  )
}
