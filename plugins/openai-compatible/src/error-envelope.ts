import { isObject, textOf, type JsonObject } from '@resoftai/sdk'

/** What an error says, wherever it says it. */
export interface Envelope {
  readonly message: string | undefined
  readonly vendorCode: string | undefined
  /** Signs to look up, the finest first. */
  readonly codes: readonly string[]
  /** A status inside the body. */
  readonly status: number | undefined
}

/** True for a JSON object that is a failure, whatever its status was: none of these is seen in a reply. */
export function isFailure(body: JsonObject): boolean {
  const { error } = body
  if (error !== undefined && error !== null && (isObject(error) || textOf(error) !== undefined || error === true)) return true
  if (Array.isArray(body.choices) || Array.isArray(body.data)) return false
  if (body.success === false || isFailureCode(body.code)) return true
  return (body.data === undefined || body.data === null) && readMessage(body) !== undefined
}

/** Gemini's OpenAI address wraps errors into a list. */
export function unwrap(body: unknown): unknown {
  return Array.isArray(body) ? body[0] : body
}

export function readEnvelope(body: unknown): Envelope {
  if (!isObject(body)) return { message: textOf(body), vendorCode: undefined, codes: [], status: undefined }
  const inner = innerError(body)
  const deepest = isObject(inner.innererror) ? inner.innererror : {}
  const codes = [inner.code, deepest.code, body.code, inner.type, body.type].map(codeText).filter(code => code !== undefined)
  const message = readMessage(body)
  const upstream = isObject(inner.metadata) ? textOf(inner.metadata.raw) : undefined
  return {
    message: message !== undefined && upstream !== undefined ? `${message}: ${upstream}` : message,
    vendorCode: codes[0],
    codes,
    status: [inner.status_code, inner.status, inner.code, body.code, inner.code === 'bad_response_status_code' ? inner.param : undefined]
      .map(statusOf)
      .find(Boolean)
  }
}

function innerError(body: JsonObject): JsonObject {
  if (isObject(body.error)) return body.error
  return isObject(body.response) && isObject(body.response.error) ? body.response.error : {}
}

/** In the order of WIRE.md section 5. */
function readMessage(body: JsonObject): string | undefined {
  const header = isObject(body.header) ? body.header : {}
  return (
    (isObject(body.error) ? textOf(body.error.message) : undefined) ??
    textOf(body.message) ??
    textOf(body.msg) ??
    textOf(body.err) ??
    textOf(body.error_msg) ??
    textOf(header.message) ??
    textOf(innerError(body).message) ??
    detailText(body.detail) ??
    textOf(body.error)
  )
}

/** A text, or a list of `{loc, msg}`. */
function detailText(detail: unknown): string | undefined {
  if (!Array.isArray(detail)) return textOf(detail)
  const lines = detail
    .filter(isObject)
    .map(({ loc, msg }) => [Array.isArray(loc) ? loc.join('.') : '', textOf(msg) ?? ''].filter(Boolean).join(': '))
  return textOf(lines.join('; '))
}

function codeText(code: unknown): string | undefined {
  return typeof code === 'number' ? String(code) : textOf(code)
}

function isFailureCode(code: unknown): boolean {
  const text = codeText(code)
  return text !== undefined && text !== '0' && text !== '200'
}

function statusOf(value: unknown): number | undefined {
  const status = Number(value)
  return status >= 400 && status < 600 ? status : undefined
}
