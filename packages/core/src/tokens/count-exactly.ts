import type { ChatRequest } from '@resoftai/sdk'
import { boundRuns } from './bound-runs.ts'
import { requestCounter } from './request-counter.ts'

interface Encoding {
  countTokens(text: string, options: { readonly disallowedSpecial: Set<string> }): number
}

/** By the end of a model's name; the first that fits. The package is large and optional, so it is loaded when it is asked for. */
const encodings: readonly { readonly models: RegExp; readonly load: () => Promise<Encoding> }[] = [
  { models: /^(?:chatgpt-4o|gpt-(?:4o|4\.[15]|[5-9]|oss)|o[1-9](?:-|$))/, load: () => import('gpt-tokenizer/encoding/o200k_base') },
  { models: /^gpt-(?:4|3\.5)/, load: () => import('gpt-tokenizer/encoding/cl100k_base') }
]

const counters = new WeakMap<Encoding, (request: ChatRequest) => number>()

/**
 * Texts counted by the model's own tokenizer (media, and what stands around texts and tools, stay estimates); `undefined` where there is none
 * or `gpt-tokenizer` is not installed. Exact but for runs of more than 128 characters, which are counted in parts: no text takes more than
 * its length. Holds up the event loop for about a second for ten megabytes.
 */
export async function countExactly(request: ChatRequest, model: string): Promise<number | undefined> {
  const name = model.slice(model.lastIndexOf('/') + 1)
  const encoding = await encodings
    .find(({ models }) => models.test(name))
    ?.load()
    .catch(ignoreAbsence)
  if (encoding === undefined) return undefined
  const known = counters.get(encoding)
  if (known !== undefined) return known(request)
  const counter = requestCounter(text => countText(text, encoding))
  counters.set(encoding, counter)
  return counter(request)
}

function countText(text: string, encoding: Encoding): number {
  let tokens = 0
  // What looks like a special token is text here, as it is for the vendor.
  for (const piece of boundRuns(text)) tokens += encoding.countTokens(piece, { disallowedSpecial: new Set() })
  return tokens
}

function ignoreAbsence(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
}
