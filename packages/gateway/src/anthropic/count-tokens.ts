import type { Ask } from '@resoftai/core'
import { readModel } from '../openai/answer-form.ts'
import { readBody, startReading } from '../openai/reading.ts'
import { readAsk } from './ask.ts'

/** A request whose tokens are to be counted. */
export interface CountQuestion {
  /** Without `model`. */
  readonly ask: Ask
  readonly model: string
}

/** Reads the body of `POST /v1/messages/count_tokens`: that of a message, without what is about the reply only. */
export function readCountTokensBody(body: unknown): CountQuestion {
  const raw = readBody(body)
  return { model: readModel(raw.model), ask: readAsk(raw, startReading()) }
}

export function countTokensBody(inputTokens: number): { readonly input_tokens: number } {
  return { input_tokens: inputTokens }
}
