import type { ProviderErrorKind } from '@resoftai/sdk'

/** What a sign of an error means. */
export interface ErrorRule {
  readonly kind: ProviderErrorKind
  /** Default: by kind. */
  readonly retryable?: boolean
  readonly hint?: string
}

const keyHint = 'Check the key: it may be wrong, expired, or made for another service.'
const accessHint = 'Check that the API is enabled for the project of this key, and that the key may use it from here.'
const quotaHint = 'Check the plan and the billing of the project.'
const signatureHint = 'Send back the messages of the model as they came, with their providerData, or begin a new conversation.'

/** By `reason` of an ErrorInfo: the finest word there is. */
export const reasons: ReadonlyMap<string, ErrorRule> = new Map<string, ErrorRule>([
  ['API_KEY_INVALID', { kind: 'auth', hint: keyHint }],
  ['ACCESS_TOKEN_EXPIRED', { kind: 'auth' }],
  ['ACCESS_TOKEN_TYPE_UNSUPPORTED', { kind: 'auth' }],
  ['CREDENTIALS_MISSING', { kind: 'auth', hint: keyHint }],
  ['BILLING_DISABLED', { kind: 'quota', hint: quotaHint }]
])

/** By the message. */
export const texts: readonly (ErrorRule & { readonly pattern: RegExp })[] = [
  { pattern: /api[ _]key (not valid|not found|expired|invalid)|invalid api[ _]key/i, kind: 'auth', hint: keyHint },
  { pattern: /thought[ _]?signature/i, kind: 'bad_request', hint: signatureHint },
  {
    pattern: /token count[^]{0,80} exceeds the maximum|exceeds? the (maximum|model's) (context|number of tokens)/i,
    kind: 'context_length'
  },
  { pattern: /credits? (is|are) depleted|spending cap|limit: 0\b/i, kind: 'quota', hint: quotaHint },
  { pattern: /PerDay/, kind: 'quota', hint: quotaHint }
]

/** By `status`, the name of a gRPC code (WIRE.md 10.5). */
export const statuses: ReadonlyMap<string, ErrorRule> = new Map<string, ErrorRule>([
  ['INVALID_ARGUMENT', { kind: 'bad_request' }],
  ['FAILED_PRECONDITION', { kind: 'permission', hint: 'The service may not be offered where you are, or wants billing to be set up.' }],
  ['OUT_OF_RANGE', { kind: 'bad_request' }],
  ['UNAUTHENTICATED', { kind: 'auth', hint: keyHint }],
  ['PERMISSION_DENIED', { kind: 'permission', hint: accessHint }],
  ['NOT_FOUND', { kind: 'not_found', hint: '`resoftai models` lists the models of this provider.' }],
  ['RESOURCE_EXHAUSTED', { kind: 'rate_limit' }],
  ['CANCELLED', { kind: 'server' }],
  ['ABORTED', { kind: 'server' }],
  ['UNKNOWN', { kind: 'server' }],
  ['INTERNAL', { kind: 'server', hint: 'A context that is much too long ends so as well.' }],
  ['UNIMPLEMENTED', { kind: 'bad_request' }],
  ['UNAVAILABLE', { kind: 'overloaded' }],
  ['DEADLINE_EXCEEDED', { kind: 'timeout', retryable: true }]
])

export const codes: ReadonlyMap<number, ErrorRule> = new Map<number, ErrorRule>([
  [401, { kind: 'auth', hint: keyHint }],
  [402, { kind: 'quota', hint: quotaHint }],
  [403, { kind: 'permission', hint: accessHint }],
  [404, { kind: 'not_found' }],
  [408, { kind: 'timeout' }],
  [429, { kind: 'rate_limit' }],
  [503, { kind: 'overloaded' }],
  [504, { kind: 'timeout' }]
])
