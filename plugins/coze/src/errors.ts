import { isObject, ProviderError, textOf, type JsonObject } from '@resoftai/sdk'
import { codeRules, hints, isWorkflowCode, textRules, type ErrorRule } from './error-rules.ts'

/** The host cuts further when it has taken the secrets out: half of a key would not be found any more. */
const longestMessage = 8_000
/** What rules look at. */
const longestRead = 2_000

/** An error answer; `undefined` when the body holds no code, then the host judges by the status. */
export function decodeError(status: number, body: unknown, headers: Headers): ProviderError | undefined {
  if ((status >= 300 && status < 400) || !isObject(body) || !isFailure(body)) return undefined
  return readError(body, status, headers.get('x-tt-logid') ?? undefined)
}

/** Whatever the status is. */
export function isFailure(body: JsonObject): boolean {
  return codeOf(body) !== undefined
}

/** How a chat ended that gives no reply. */
export function chatFailure(chat: JsonObject): ProviderError {
  return chat.status === 'canceled'
    ? new ProviderError('server', 'The chat was cancelled in Coze.', { code: 'cancelled', retryable: false })
    : readError(chat.last_error)
}

/** Reads `{code, msg}`, `{error_code, error_message}` of workflows and OAuth, or what stands in their place. */
export function readError(body: unknown, status?: number, requestId?: string): ProviderError {
  const error = isObject(body) ? body : {}
  const code = codeOf(error)
  const said = textOf(error.msg) ?? textOf(error.error_message) ?? textOf(error.message)
  const rule = judge(code, said?.slice(0, longestRead) ?? '', status)
  return new ProviderError(rule.kind, tidy(said ?? wordless(code)), {
    status,
    code: rule.code,
    vendorCode: code,
    retryable: rule.retryable,
    hint: rule.hint ?? hints[rule.kind],
    requestId: (isObject(error.detail) ? textOf(error.detail.logid) : undefined) ?? requestId
  })
}

/** An answer that is neither a reply nor an error. */
export function unreadable(what: string): ProviderError {
  return new ProviderError('protocol', `Coze answered with ${what}.`, {
    code: 'unreadable',
    hint: 'Is api_base right? It is https://api.coze.com or https://api.coze.cn, without a path.'
  })
}

function judge(code: string | undefined, message: string, status: number | undefined): ErrorRule {
  const known = code === undefined ? undefined : codeRules.get(code)
  if (known !== undefined) return known
  const byText = code === undefined ? undefined : textRules.find(([pattern]) => pattern.test(message))?.[1]
  const fallback = codeRules.get(String(status)) ?? {
    kind: status !== undefined && status < 500 && status >= 400 ? 'bad_request' : 'server'
  }
  return byText ?? (code !== undefined && isWorkflowCode(code) ? { kind: 'server', retryable: false } : fallback)
}

/** 0 is success, and no code at all is no failure. */
function codeOf({ code, error_code }: JsonObject): string | undefined {
  const found = code ?? error_code
  return typeof found === 'number' && found !== 0 ? String(found) : textOf(found)
}

function wordless(code: string | undefined): string {
  return code === undefined ? 'Coze told of an error and did not say which.' : `Coze answered with the error ${code}.`
}

/** Cut, and without control characters: it may be shown on a terminal. */
function tidy(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.slice(0, longestMessage).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}
