import { isObject, objectsOf, ProviderError, textOf, type JsonObject } from '@resoftai/sdk'
import { codes, reasons, statuses, texts, type ErrorRule } from './error-rules.ts'

/** The host cuts further when it has taken the secrets out: half of a key would not be found any more. */
const longestMessage = 8_000

/** An error answer. `undefined` when it is none that this API gives: then the host judges by the status. */
export function decodeError(status: number, body: unknown): ProviderError | undefined {
  // Streams that were not asked for as events end in a list.
  const envelope: unknown = Array.isArray(body) ? body.at(-1) : body
  if (!isObject(envelope) || !isObject(envelope.error)) return undefined
  return readError(envelope, status)
}

/** `status` is the HTTP status; absent in a stream that had begun well. */
export function readError(envelope: JsonObject, status?: number): ProviderError {
  const error = isObject(envelope.error) ? envelope.error : {}
  const code = typeof error.code === 'number' ? error.code : status
  const word = textOf(error.status)
  const message = textOf(error.message) ?? textOf(envelope.error) ?? 'The vendor told of an error and did not say which.'
  const details = objectsOf(error.details)
  const { kind, retryable, hint } = judge(message, details, word, code)
  return new ProviderError(kind, tidy(message), {
    status: status !== undefined && status >= 400 ? status : undefined,
    vendorCode: word ?? (code === undefined ? undefined : String(code)),
    retryable,
    retryAfterMs: readAskedWait(message, details),
    hint
  })
}

function judge(message: string, details: readonly JsonObject[], word: string | undefined, code: number | undefined): ErrorRule {
  const byReason = details.map(({ reason }) => reasons.get(textOf(reason) ?? '')).find(rule => rule !== undefined)
  if (byReason !== undefined) return byReason
  const violations = details.flatMap(detail => objectsOf(detail.violations))
  const said = [message.slice(0, 2000), ...violations.slice(0, 20).map(sayViolation)].join('\n')
  const byText = texts.find(({ pattern }) => pattern.test(said))
  if (byText !== undefined) return byText
  const rule = statuses.get(word ?? '') ?? codes.get(code ?? 0)
  if (rule === undefined) return { kind: code !== undefined && code < 500 ? 'bad_request' : 'server' }
  return /input_?token/i.test(said) && rule.kind === 'rate_limit' ? { ...rule, hint: inputHint } : rule
}

const inputHint = 'This limit counts input tokens: a prompt that is larger than the limit of a minute never fits.'

function sayViolation({ quotaId, quotaMetric, quotaValue }: JsonObject): string {
  const limit = quotaValue === '0' || quotaValue === 0 ? 'limit: 0' : ''
  return [textOf(quotaId), textOf(quotaMetric), limit].join(' ').slice(0, 300)
}

const wait = /\bretry in (?:(\d{1,4})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,12})?)(ms|s)\b)?/i

/** RetryInfo, else the words: "Please retry in 48.939935699s." */
function readAskedWait(message: string, details: readonly JsonObject[]): number | undefined {
  const delay = details.map(detail => textOf(detail.retryDelay)).find(text => text !== undefined)
  const match = wait.exec(delay === undefined ? message.slice(0, 2000) : `retry in ${delay.slice(0, 40)}`)
  if (match === null) return undefined
  const [, hours = '0', minutes = '0', amount = '0', unit] = match
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(amount) * (unit === 'ms' ? 1 : 1000)
  return ms === 0 ? undefined : Math.ceil(ms)
}

/** Keys are echoed in some messages, numbers of projects in others. */
function tidy(message: string): string {
  return (
    message
      .slice(0, longestMessage)
      .replace(/\b(?:AIza|AQ\.|ya29\.)[\w.-]{8,}/g, '[redacted]')
      .replace(/(\bapi[ _]key: ?)\S{4,}/gi, '$1[redacted]')
      .replace(/(\bproject[a-z_]{0,10}[ :=/#]{1,3})\d{5,}/gi, '$1[redacted]')
      // eslint-disable-next-line no-control-regex -- control characters are what must not reach a terminal
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
  )
}
