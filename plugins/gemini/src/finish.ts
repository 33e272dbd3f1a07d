import { ProviderError, type FinishReason, type Usage } from '@resoftai/sdk'

/** A word that ends a reply although it is no reply but a failure. */
interface FailedFinish {
  readonly message: string
  readonly retryable: boolean
  readonly hint?: string
}

const words = <Meaning>(meaning: Meaning, list: readonly string[]): [string, Meaning][] => list.map(word => [word, meaning])

const callHint = 'Ask again, or make the schemas of the tools simpler.'

/** WIRE.md 10.3 and 10.6; words that are not here (OTHER, LANGUAGE, newer ones) are `unknown`. */
const meanings: ReadonlyMap<string, FinishReason | FailedFinish> = new Map<string, FinishReason | FailedFinish>([
  ...words<FinishReason>('stop', ['STOP']),
  ...words<FinishReason>('length', ['MAX_TOKENS', 'CONTINUATION']),
  ...words<FinishReason>('content_filter', [
    'SAFETY',
    'RECITATION',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'SPII',
    'MODEL_ARMOR',
    'IMAGE_SAFETY',
    'IMAGE_PROHIBITED_CONTENT',
    'IMAGE_RECITATION',
    'IMAGE_OTHER'
  ]),
  ['MALFORMED_FUNCTION_CALL', { message: 'The model called a tool in a form that cannot be read.', retryable: true, hint: callHint }],
  ['MALFORMED_RESPONSE', { message: 'The model answered in a form that cannot be read.', retryable: true }],
  ['UNEXPECTED_TOOL_CALL', { message: 'The model called a tool although it has none.', retryable: false, hint: callHint }],
  ['TOO_MANY_TOOL_CALLS', { message: 'The model called too many tools one after the other.', retryable: false }],
  [
    'MISSING_THOUGHT_SIGNATURE',
    {
      message: 'A tool call in the conversation lacks its signature.',
      retryable: false,
      hint: 'Send back the messages of the model as they came, with their providerData.'
    }
  ]
])

/** Throws for a word that means a failure. `message` is what the vendor says about it. */
export function readFinish(word: string, message: string | undefined, usage: Usage): FinishReason {
  const meaning = meanings.get(word) ?? 'unknown'
  if (typeof meaning === 'string') return meaning
  const { retryable, hint } = meaning
  const text = message === undefined ? meaning.message : `${meaning.message} ${message}`
  throw new ProviderError('server', text, { code: word.toLowerCase(), vendorCode: word, retryable, hint, usage })
}
