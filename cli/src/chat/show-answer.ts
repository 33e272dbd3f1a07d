import type { CallOptions } from '@resoftai/core'
import { ReplyBuilder, type ChatEvent, type ChatReply } from '@resoftai/sdk'
import type { Context } from '../context.ts'
import { styled } from '../output/piece.ts'
import { startSpinner } from '../output/spinner.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { usageLine } from './usage-line.ts'

/** For a reply that is shown as it comes: what went into a pipe cannot be made void, so there it must not begin again. */
export function restartOption(): Pick<CallOptions, 'restart'> {
  return process.stdout.isTTY ? {} : { restart: false }
}

/** Writes a reply stream as it comes. */
export async function showAnswer(events: AsyncIterable<ChatEvent>, model: string, { output, text }: Context): Promise<ChatReply> {
  const builder = new ReplyBuilder(model)
  const writer = createAnswerWriter(output)
  const spinner = startSpinner(output, text('chat.thinking'))
  try {
    for await (const event of events) {
      builder.add(event)
      if (event.type !== 'start' && event.type !== 'usage' && event.type !== 'cost') spinner.stop()
      if (event.type === 'text') writer.text(event.text)
      else if (event.type === 'reasoning') writer.reasoning(event.text)
      else if (event.type === 'restart') {
        writer.endLine()
        output.note(styled('dim', text('chat.restart', { reason: event.reason })))
      }
    }
    return builder.reply()
  } finally {
    spinner.stop()
    writer.endLine()
  }
}

/** Notes beside the answer: warnings, sources, an end that was no proper end, tokens and time. */
export function noteReply(reply: ChatReply, durationMs: number, context: Context): void {
  const { output, text } = context
  for (const warning of reply.warnings) output.remark(styled('yellow', text('chat.warning')), warning)
  for (const { url, title } of reply.citations) output.remark(styled('dim', title === undefined ? url : `${title}: ${url}`))
  const { finishReason } = reply
  if (finishReason === 'length') output.remark(styled('yellow', text('chat.cutByLength')))
  else if (finishReason === 'content_filter') output.remark(styled('yellow', text('chat.contentFilter')))
  else if (reply.content === '' && reply.toolCalls.length === 0) output.remark(styled('yellow', text('chat.empty')))
  if (process.stderr.isTTY) output.remark(styled('dim', usageLine({ ...reply, durationMs }, context)))
}
