import type { ChatReply } from '../../reply.ts'
import type { Outcome } from './outcome.ts'

/** What a caller may rely on, whatever the vendor's answer looked like otherwise. */
export function sense({ reply, error, flaw }: Outcome): Partial<ChatReply> & { readonly [part: string]: unknown } {
  return {
    flaw,
    error: error?.kind,
    ...(reply && {
      content: reply.content,
      reasoning: reply.reasoning,
      toolCalls: reply.toolCalls,
      finishReason: reply.finishReason,
      usage: reply.usage
    })
  }
}
