import type { Ask } from '@resoftai/core'
import type { Message } from '@resoftai/sdk'
import { formFields, readAnswerForm, type AnswerForm } from './answer-form.ts'
import { lazyList } from './lazy-list.ts'
import { readMessages } from './messages.ts'
import { readBody, readFields, startReading, wrongType, type Fields, type Reading } from './reading.ts'
import { readResponseFormat } from './response-format.ts'
import { samplingFields } from './sampling.ts'
import { isSkimmed } from './skim.ts'
import { readFunctionChoice, readFunctions, readToolChoice, readTools } from './tools.ts'
import { isThere, readBoolean, readCount, readName } from './values.ts'

/** A chat request as OpenAI's clients send it. */
export interface ChatQuestion extends AnswerForm {
  /** Without `model`: what to ask is decided by whoever resolves its name. */
  readonly ask: Ask
  /** The client speaks the older form with `functions`, and is answered in it. */
  readonly functions: boolean
  /** What the request holds and no provider is told; sentences for a person. */
  readonly warnings: readonly string[]
}

const fields: Fields = {
  ...samplingFields,
  messages: ['messages', readMessages],
  max_completion_tokens: ['maxTokens', readCount],
  tools: ['tools', readTools],
  tool_choice: ['toolChoice', readToolChoice],
  functions: ['tools', readFunctions],
  function_call: ['toolChoice', readFunctionChoice],
  parallel_tool_calls: ['parallelToolCalls', readBoolean],
  response_format: ['responseFormat', readResponseFormat],
  reasoning_effort: ['reasoningEffort', readName]
}

const own: ReadonlySet<string> = new Set(formFields)

/** Reads the body of a chat request. Throws `GatewayError` 400 that names the field which is wrong; texts are neither copied nor looked into. */
export function readChatBody(body: unknown): ChatQuestion {
  const raw = readBody(isSkimmed(body) ? body.parse(body.text()) : body)
  const form = readAnswerForm(raw)
  const reading = startReading()
  const ask = readFields(raw, fields, own, reading) as unknown as { -readonly [Field in keyof Ask]: Ask[Field] }
  if (ask.messages === undefined) throw wrongType('messages', 'a list that is not empty', raw.messages)
  const functions = isThere(raw.functions)
  // The older form has no place for a second call.
  if (functions && ask.tools !== undefined) ask.parallelToolCalls = false
  return { ...form, ask, functions, warnings: warningsOf(reading) }
}

/**
 * The same of a body that was skimmed, without reading its messages: for providers that pass them on. `undefined` where they have to be read
 * whoever is asked.
 */
export function readWrittenBody(body: unknown): ChatQuestion | undefined {
  if (!isSkimmed(body)) return undefined
  const { body: raw, messages: text, words, parse } = body
  const form = readAnswerForm(raw)
  if (form.n > 1 || isThere(raw.functions) || isThere(raw.function_call)) return undefined
  const messages = lazyList(() => readLater(text, parse))
  const ask: Ask = { ...readFields(raw, fields, own, startReading()), messages, written: { api: 'openai', text, words } }
  return { ...form, ask, functions: false, warnings: [] }
}

/** For estimates: the vendor judges what is wrong with them. */
function readLater(text: Buffer, parse: (text: string) => unknown): readonly Message[] {
  const written = text.toString('utf8')
  try {
    return readMessages(parse(written), 'messages', startReading())
  } catch {
    return [{ role: 'user', content: written }]
  }
}

function warningsOf({ dropped }: Reading): readonly string[] {
  return dropped.size === 0 ? [] : [`Fields of messages that no provider is told were left out: ${[...dropped].join(', ')}.`]
}
