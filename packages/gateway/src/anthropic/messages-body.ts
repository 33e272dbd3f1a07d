import type { Ask } from '@resoftai/core'
import { badRequest } from '../error.ts'
import { readModel } from '../openai/answer-form.ts'
import { readBody, startReading } from '../openai/reading.ts'
import { readBoolean } from '../openai/values.ts'
import { readAsk } from './ask.ts'

/** A request as Anthropic's clients send it. */
export interface MessagesQuestion {
  /** Without `model`: what to ask is decided by whoever resolves its name. */
  readonly ask: Ask
  /** As the client wrote it: a reference, the name of a route, or a plain name. */
  readonly model: string
  readonly stream: boolean
  /** What the request holds and no provider is told; sentences for a person. */
  readonly warnings: readonly string[]
}

/** Reads the body of `POST /v1/messages`. Throws `GatewayError` 400 that names the field which is wrong. */
export function readMessagesBody(body: unknown): MessagesQuestion {
  const raw = readBody(body)
  const model = readModel(raw.model)
  const { stream, max_tokens: limit } = raw
  const wantsStream = stream !== undefined && stream !== null && readBoolean(stream, 'stream')
  if (limit === undefined || limit === null)
    throw badRequest('`max_tokens` is missing: Anthropic’s API wants it with each request.', 'max_tokens')
  const reading = startReading()
  const ask = readAsk(raw, reading)
  return { ask, model, stream: wantsStream, warnings: warningsOf(reading.dropped) }
}

function warningsOf(dropped: ReadonlySet<string>): readonly string[] {
  return dropped.size === 0 ? [] : [`Fields that no provider is told were left out: ${[...dropped].join(', ')}.`]
}
