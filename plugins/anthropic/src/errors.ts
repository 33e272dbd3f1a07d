import { isObject, ProviderError, textOf, type JsonObject } from '@resoftai/sdk'
import { addressHint, errorStatuses, errorTexts, errorTypes, hints, modelHint, type ErrorRule } from './error-rules.ts'

/** What rules look at. */
const longestRead = 2_000
const longestMessage = 8_000

/** True for a JSON object that is a failure, whatever its status was. */
export function isFailure(body: JsonObject): boolean {
  return body.type === 'error' || isObject(body.error) || textOf(body.error) !== undefined || body.success === false
}

/** An error answer; `undefined` for what only the status tells, such as web pages. */
export function decodeError(status: number, body: unknown): ProviderError | undefined {
  if (!isObject(body) || (status >= 300 && status < 400)) return undefined
  if (status >= 400) return readError(body, status)
  return isFailure(body) ? readError(body, undefined) : undefined
}

/** `status` is the HTTP status; absent in a stream that had begun well. */
export function readError(body: unknown, status: number | undefined): ProviderError {
  const outer = isObject(body) ? body : {}
  const inner = isObject(outer.error) ? outer.error : {}
  const message = textOf(inner.message) ?? textOf(outer.message) ?? textOf(outer.msg) ?? textOf(outer.error) ?? textOf(body)
  const read = message?.slice(0, longestRead) ?? ''
  const codes = codesOf(outer, inner, read)
  const rule = judge(codes, read, status)
  return new ProviderError(rule.kind, message?.slice(0, longestMessage) ?? wordless(status), {
    status,
    code: rule.code,
    vendorCode: codes[0],
    hint: rule.hint ?? hints[rule.kind] ?? (rule.kind === 'not_found' ? (/model/i.test(read) ? modelHint : addressHint) : undefined),
    requestId: textOf(outer.request_id)
  })
}

/** Every sign that names the error, the finest first. */
function codesOf(outer: JsonObject, inner: JsonObject, message: string): readonly string[] {
  const details = isObject(inner.details) ? inner.details : {}
  const quoted = /^\D{0,3}(1\d{3})\b|\[(1\d{3})\]/.exec(message)
  const signs = [details.error_code, inner.code, outer.code, quoted?.[1] ?? quoted?.[2], inner.type]
  return signs.flatMap(sign => textOf(typeof sign === 'number' ? String(sign) : sign) ?? [])
}

function judge(codes: readonly string[], message: string, status: number | undefined): ErrorRule {
  const byText = errorTexts.find(([pattern]) => pattern.test(message))?.[1]
  const byCode = codes.map(code => errorTypes.get(code)).find(rule => rule !== undefined)
  const byStatus = errorStatuses.get(status ?? 500) ?? { kind: status === undefined || status >= 500 ? 'server' : 'bad_request' }
  return byText ?? byCode ?? byStatus
}

function wordless(status: number | undefined): string {
  return status === undefined ? 'The vendor told of an error and did not say which.' : `The vendor answered ${status}.`
}
