import type { ChatReply, JsonObject } from '@resoftai/sdk'
import { finishWord } from './finish-words.ts'
import { sumCosts, writeCost } from './money.ts'
import type { AnswerHead } from './reply-stream.ts'
import { sumUsages, writeUsage } from './usage.ts'

/** Whole replies in the shape of the older completions, in the order of their index. */
export function textCompletion({ replies, id, model, created }: AnswerHead & { readonly replies: readonly ChatReply[] }): JsonObject {
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices: replies.map(({ content, finishReason }, index) => ({
      text: content,
      index,
      logprobs: null,
      finish_reason: finishWord(finishReason, false)
    })),
    usage: writeUsage(sumUsages(replies.map(reply => reply.usage))),
    cost: writeCost(sumCosts(replies.map(reply => reply.cost)))
  }
}
