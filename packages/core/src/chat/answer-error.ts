import { ProviderError, type Dialect, type ProviderErrorKind } from '@resoftai/sdk'
import type { ResponseHead } from '../transport/index.ts'
import { readRetryAfter } from './retry-after.ts'

type Judgement = readonly [kind: ProviderErrorKind, retryable: boolean]

/** What a status means when the dialect does not know better (FAULTS.md section 2, WIRE.md section 11). */
const byStatus: Readonly<Record<number, Judgement>> = {
  400: ['bad_request', false],
  401: ['auth', false],
  402: ['quota', false],
  403: ['permission', false],
  404: ['not_found', false],
  408: ['timeout', true],
  409: ['server', true],
  413: ['bad_request', false],
  425: ['server', true],
  429: ['rate_limit', true],
  498: ['overloaded', true],
  501: ['server', false],
  503: ['overloaded', true],
  505: ['server', false],
  529: ['overloaded', true]
}

const hints: Partial<Record<ProviderErrorKind, string>> = {
  auth: 'Check the key.',
  permission: 'Check that the key may use this model and address.',
  quota: 'Check the balance or plan of this account.',
  not_found: 'Check the model name (`resoftai models`) and api_base.'
}

const longestMessage = 2_000

/** An answer that is no reply: the dialect judges first, as vendors' codes say more than the status. */
export function readAnswerError(head: ResponseHead, body: string, dialect: Dialect, now: number): ProviderError {
  const { status, headers } = head
  const judged = dialect.decodeError?.(status, parseLeniently(body), new Headers(headers))
  const error = judged ?? judgeByStatus(status, body, headers)
  const wanted = headers['x-should-retry']
  return error.with({
    status: error.status ?? status,
    hint: error.hint ?? hints[error.kind],
    retryAfterMs: error.retryAfterMs ?? readRetryAfter(headers, now),
    requestId: error.requestId ?? readRequestId(headers),
    ...(wanted === 'true' && { retryable: true }),
    ...(wanted === 'false' && { retryable: false })
  })
}

export function readRequestId(headers: Readonly<Record<string, string>>): string | undefined {
  return headers['x-request-id'] ?? headers['request-id'] ?? headers['apim-request-id'] ?? headers['x-log-id'] ?? headers['x-ds-trace-id']
}

/** JSON where it is JSON, whatever the content type says. */
export function parseLeniently(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** The body where a reply was expected, and is none. */
export function notAReply(head: ResponseHead, body: string): ProviderError {
  const type = head.headers['content-type'] ?? 'no content type'
  const looksLikePage = /^\s*<(!doctype|html|\?xml)/i.test(body)
  const what = body.trim() === '' ? 'an empty body' : looksLikePage ? 'a web page' : 'something that is no reply'
  return new ProviderError('protocol', `The vendor answered ${head.status} (${type}) with ${what}${excerpt(looksLikePage ? '' : body)}`, {
    status: head.status,
    code: looksLikePage ? 'html' : 'unreadable',
    retryable: !looksLikePage,
    requestId: readRequestId(head.headers),
    hint: looksLikePage ? 'Is api_base right? It often ends in /v1.' : undefined
  })
}

function judgeByStatus(status: number, body: string, headers: Readonly<Record<string, string>>): ProviderError {
  if (status >= 300 && status < 400) {
    return new ProviderError('protocol', `The vendor redirects to ${redirectTarget(headers['location'])}, which is not followed.`, {
      code: 'redirect',
      retryable: false,
      hint: 'Set api_base to the address that answers itself.'
    })
  }
  const [kind, retryable] = byStatus[status] ?? (status >= 500 ? ['server', true] : ['bad_request', false])
  return new ProviderError(kind, `The vendor answered ${status}${/^\s*</.test(body) ? '.' : excerpt(body)}`, { retryable })
}

/** Without path and query: they may hold anything. */
function redirectTarget(location: string | undefined): string {
  const url = location === undefined ? null : URL.parse(location)
  return url === null ? 'another address' : url.origin
}

function excerpt(body: string): string {
  const text = tidy(body.trim()).slice(0, 200)
  return text === '' ? '.' : `: ${text}`
}

/** Cut, and without control characters: it may be shown on a terminal (FAULTS.md H33). */
export function tidy(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.slice(0, longestMessage).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}
