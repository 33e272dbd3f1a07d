import type { Ask } from '@resoftai/core'
import type { JsonObject } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { formFields, readAnswerForm, type AnswerForm } from './answer-form.ts'
import { readBody, readFields, startReading, unsupported, wrongType, type Fields } from './reading.ts'
import { samplingFields } from './sampling.ts'
import { readTexts } from './texts.ts'

/** A request of the older completions. */
export interface TextQuestion extends AnswerForm {
  /** One for each prompt, without `model`. Reply `i` to prompt `p` has the index `p * n + i`. */
  readonly asks: readonly Ask[]
}

/** Each prompt is asked `n` times, and each time is a call. */
const mostReplies = 16

const fields: Fields = { ...samplingFields, prompt: ['prompts', (value, param) => readTexts(value, param, mostReplies)] }

const own: ReadonlySet<string> = new Set([...formFields, 'suffix', 'echo', 'logprobs', 'best_of', 'messages', 'tools', 'functions'])

/**
 * Each prompt becomes a question of a user: the models that are asked here know chats. What only a model of bare text could do is refused.
 * Throws `GatewayError` 400 that names the field which is wrong.
 */
export function readCompletionBody(body: unknown): TextQuestion {
  const raw = readBody(body)
  const form = readAnswerForm(raw)
  refuseOthers(raw, form.n)
  const { prompts, ...shared } = readFields(raw, fields, own, startReading()) as Omit<Ask, 'messages'> & {
    readonly prompts?: readonly string[]
  }
  if (prompts === undefined) throw wrongType('prompt', 'a text or a list of texts', raw.prompt)
  if (prompts.length * form.n > mostReplies) throw badRequest(`\`prompt\` and \`n\` ask for more than ${mostReplies} replies.`, 'n')
  return { ...form, asks: prompts.map(content => ({ ...shared, messages: [{ role: 'user', content }] })) }
}

/** What only models of bare text know, and what only chats have. Values that ask for nothing are let through: clients send their defaults. */
function refuseOthers(body: JsonObject, n: number): void {
  const { suffix, echo, logprobs, best_of: bestOf } = body
  if (isSet(suffix) && suffix !== '') throw unsupported('suffix', 'Chat models cannot fill in the middle of a text.')
  if (isSet(echo) && echo !== false) throw unsupported('echo', 'The prompt is not part of the reply of a chat model.')
  if (isSet(logprobs)) throw unsupported('logprobs', 'Leave it out.')
  if (isSet(bestOf) && bestOf !== n) throw unsupported('best_of', 'Use `n`, which returns all replies.')
  // As a field that nobody knows it would win over the prompt.
  for (const name of ['messages', 'tools', 'functions']) {
    if (isSet(body[name])) throw unsupported(name, 'Ask /v1/chat/completions.')
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}
