import { parseLeniently, ProviderError, type Dialect, type ProviderErrorKind } from '@resoftai/sdk'
import type { ResponseHead } from '../transport/index.ts'
import { readRateReset, readRetryAfter } from './retry-after.ts'

interface Judgement {
  readonly kind: ProviderErrorKind
  readonly code?: string
  /** Default: by kind. */
  readonly retryable?: boolean
}

/** What a status means when the dialect does not know better (FAULTS.md section 2, WIRE.md section 11). */
const byStatus: Readonly<Record<number, Judgement>> = {
  401: { kind: 'auth' },
  402: { kind: 'quota' },
  403: { kind: 'permission' },
  404: { kind: 'not_found' },
  408: { kind: 'timeout' },
  409: { kind: 'server', code: 'conflict' },
  413: { kind: 'bad_request', code: 'too_large' },
  425: { kind: 'server' },
  429: { kind: 'rate_limit' },
  498: { kind: 'overloaded' },
  501: { kind: 'server', retryable: false },
  503: { kind: 'overloaded' },
  505: { kind: 'server', retryable: false },
  529: { kind: 'overloaded' }
}

const hints: Partial<Record<ProviderErrorKind, string>> = {
  auth: 'Check the key.',
  permission: 'Check that the key may use this model and address.',
  quota: 'Check the balance or plan of this account.',
  not_found: 'Check the model name (`resoftai models`) and api_base.',
  rate_limit: 'Send fewer requests at a time, or ask another model.',
  overloaded: 'Try again later, or ask another model.'
}
const addressHint = 'Is api_base right? It often ends in /v1.'

const longestMessage = 2_000
/** Of a body that nobody could read. It ends before the word that the cut would halve: half of a key would not be found any more. */
const longestExcerpt = 200

/** An answer that is no reply: the dialect judges first, as vendors' codes say more than the status. */
export function readAnswerError(head: ResponseHead, body: string, dialect: Dialect, now: number): ProviderError {
  const judged = dialect.decodeError?.(head.status, parseLeniently(body), new Headers(head.headers))
  return completeByHead(judged ?? judgeByStatus(head, body), head, now)
}

/** A failure told in a JSON body with a good status; `undefined` when the dialect sees none. */
export function readErrorInside(head: ResponseHead, body: unknown, dialect: Dialect): ProviderError | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  return dialect.decodeError?.(head.status, body, new Headers(head.headers))
}

/** What only the head of the answer tells: a dialect that finds a failure in a body or in the middle of a stream has not seen it. */
export function completeByHead(error: ProviderError, { status, headers }: ResponseHead, now: number): ProviderError {
  const known = byStatus[status]
  const retryAfterMs = readWait(error, status, headers, now)
  const wanted = headers['x-should-retry']
  return error.with({
    status: error.status ?? status,
    code: error.code ?? (known?.kind === error.kind ? known.code : undefined),
    hint: error.hint ?? hintFor(error.kind, retryAfterMs),
    retryAfterMs,
    requestId: error.requestId ?? readRequestId(headers),
    ...(wanted === 'true' && { retryable: true }),
    ...(wanted === 'false' && { retryable: false })
  })
}

/** In the order of WIRE.md section 11: what the vendor asks for in a header, in its words, and the reset of its rate windows. */
function readWait(
  { kind, retryAfterMs }: ProviderError,
  status: number,
  headers: Readonly<Record<string, string>>,
  now: number
): number | undefined {
  // Some vendors send `retry-after` with every good answer (WIRE.md 1.4).
  if (status < 400) return retryAfterMs
  return readRetryAfter(headers, now) ?? retryAfterMs ?? (kind === 'rate_limit' ? readRateReset(headers, now) : undefined)
}

function hintFor(kind: ProviderErrorKind, retryAfterMs: number | undefined): string | undefined {
  const hint = hints[kind]
  const isBusy = kind === 'rate_limit' || kind === 'overloaded'
  return isBusy && retryAfterMs !== undefined && retryAfterMs > 0
    ? `The vendor asks to wait ${Math.ceil(retryAfterMs / 1000)} s. ${hint}`
    : hint
}

function readRequestId(headers: Readonly<Record<string, string>>): string | undefined {
  return (
    headers['x-request-id'] ??
    headers['request-id'] ??
    headers['apim-request-id'] ??
    headers['x-log-id'] ??
    headers['x-tt-logid'] ??
    headers['x-ds-trace-id']
  )
}

/** The body where a reply was expected, and is none. */
export function notAReply(head: ResponseHead, body: string): ProviderError {
  const type = head.headers['content-type'] ?? 'no content type'
  const page = isPage(body)
  const what = body.trim() === '' ? 'an empty body' : page ? 'a web page' : 'something that is no reply'
  return new ProviderError('protocol', `The vendor answered ${head.status} (${type}) with ${what}${excerpt(page ? '' : body)}`, {
    status: head.status,
    code: page ? 'html' : 'unreadable',
    retryable: !page,
    requestId: readRequestId(head.headers),
    hint: page ? addressHint : undefined
  })
}

/** A decoder may know that a reply ended with a failure and not which; a reply that ended so is never a success (FAULTS.md H30). */
export function endedByError(raw: string | undefined): ProviderError {
  return new ProviderError('server', 'The vendor ended the reply with an error and did not say which.', { vendorCode: raw })
}

function judgeByStatus({ status, headers }: ResponseHead, body: string): ProviderError {
  if (status >= 300 && status < 400) {
    return new ProviderError('protocol', `The vendor redirects to ${redirectTarget(headers['location'])}, which is not followed.`, {
      code: 'redirect',
      retryable: false,
      hint: 'Set api_base to the address that answers itself.'
    })
  }
  const { kind, code, retryable } = byStatus[status] ?? { kind: status >= 500 ? 'server' : 'bad_request' }
  if (!isPage(body)) return new ProviderError(kind, `The vendor answered ${status}${excerpt(body)}`, { code, retryable })
  return new ProviderError(kind, `The vendor answered ${status} with a web page.`, {
    code: 'html',
    retryable,
    hint: status === 404 || status === 405 ? addressHint : undefined
  })
}

/** Without path and query: they may hold anything. */
function redirectTarget(location: string | undefined): string {
  const url = location === undefined ? null : URL.parse(location)
  return url === null ? 'another address' : url.origin
}

function isPage(body: string): boolean {
  return /^\s*<[!?a-z]/i.test(body)
}

function excerpt(body: string): string {
  const text = body.trim()
  const cut = tidy(text.length > longestExcerpt ? text.slice(0, longestExcerpt).replace(/[\w.~+/=-]+$/, '') : text)
  return cut === '' ? '.' : `: ${cut}`
}

/** What vendors leave of a key that they quote: `sk-ab***yz`, `****yz`, `sk-ab...yz`. */
const maskedKey = /[\w.-]{0,100}\*{3,}[\w.*-]*|\bsk-[\w-]+(?:\.{3}|…)[\w-]*/g

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Cut, without the rest of a key, and without what moves a cursor or turns a line around: it may be shown on a terminal (FAULTS.md H04, H33). */
export function tidy(text: string): string {
  return text.slice(0, longestMessage).replace(maskedKey, '[redacted]').replaceAll('\t', ' ').replace(unprintable, '\ufffd')
}
