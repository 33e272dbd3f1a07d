import { isObject, ProviderError } from '@resoftai/sdk'
import { readAskedWait } from './asked-wait.ts'
import { isFailure, readEnvelope, unwrap, type Envelope } from './error-envelope.ts'
import { addressHint, hints, modelHint, type ErrorRule, type ErrorRules } from './error-rules.ts'
import { readUsage } from './usage.ts'

/** The host cuts further when it has taken the secrets out: half of a key would not be found any more. */
const longestMessage = 8_000
/** What rules look at. */
const longestRead = 2_000

/** An error answer. `undefined` when neither the status nor the body is one; the host then says what was wrong with the answer. */
export function decodeError(status: number, body: unknown, rules: ErrorRules): ProviderError | undefined {
  if (status >= 300 && status < 400) return undefined
  if (typeof body === 'string' && looksLikePage(body)) return readPage(status, rules)
  if (status >= 400) return readError(body, status, rules)
  const first = unwrap(body)
  return isObject(first) && isFailure(first) ? readError(body, undefined, rules) : undefined
}

/** `status` is the HTTP status; absent in a stream that had begun well. */
export function readError(body: unknown, status: number | undefined, rules: ErrorRules): ProviderError {
  const first = unwrap(body)
  const envelope = readEnvelope(first)
  const rule = judge(envelope, status, rules)
  const { message = wordless(status) } = envelope
  const words = message.slice(0, longestRead)
  return new ProviderError(rule.kind, looksLikePage(message) ? pageMessage(status) : tidy(message), {
    status,
    code: rule.code,
    vendorCode: envelope.vendorCode,
    retryable: rule.retryable,
    retryAfterMs: readAskedWait(words) ?? rules.readWait?.(words),
    hint: rules.readHint?.(first) ?? rule.hint ?? hints[rule.kind] ?? (rule.kind === 'not_found' ? notFoundHint(envelope) : undefined),
    usage: isObject(first) ? readUsage(first.usage) : undefined
  })
}

function judge({ codes, message = '', status: inner }: Envelope, status: number | undefined, rules: ErrorRules): ErrorRule {
  for (const code of codes) {
    const rule = rules.codes.get(code.toLowerCase())
    if (rule !== undefined) return rule
  }
  const known = status ?? inner
  const text = rules.texts.find(
    rule => (rule.status === undefined || rule.status === known) && rule.pattern.test(message.slice(0, longestRead))
  )
  if (text !== undefined) return text
  if (known === undefined) return { kind: codes.includes('invalid_request_error') ? 'bad_request' : 'server' }
  return rules.statuses.get(known) ?? { kind: known >= 500 ? 'server' : 'bad_request' }
}

function notFoundHint({ message = '', codes }: Envelope): string {
  return codes.includes('model_not_found') || /model|模型/i.test(message) ? modelHint : addressHint
}

/** No reply and no message of an error begins with a tag. */
function looksLikePage(text: string): boolean {
  return /^\s*<[!?a-z]/i.test(text)
}

function pageMessage(status: number | undefined): string {
  return `The vendor answered ${status === undefined ? '' : `${status} `}with a web page.`
}

function readPage(status: number, rules: ErrorRules): ProviderError {
  if (status < 400) {
    return new ProviderError('protocol', pageMessage(status), { status, code: 'html', retryable: false, hint: addressHint })
  }
  const rule = judge({ message: undefined, vendorCode: undefined, codes: [], status: undefined }, status, rules)
  const hint = status === 404 || status === 405 ? addressHint : hints[rule.kind]
  return new ProviderError(rule.kind, pageMessage(status), { status, code: 'html', retryable: rule.retryable, hint })
}

function wordless(status: number | undefined): string {
  return status === undefined ? 'The vendor told of an error and did not say which.' : `The vendor answered ${status}.`
}

/** Cut, and without control characters: it may be shown on a terminal. */
function tidy(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.slice(0, longestMessage).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}
