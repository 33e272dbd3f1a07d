import type { ProviderErrorKind } from '@resoftai/sdk'
import { numberedCodes } from './numbered-codes.ts'

/** What a sign of an error means. */
export interface ErrorRule {
  readonly kind: ProviderErrorKind
  /** The finer word of the error. */
  readonly code?: string
  /** Default: by kind. */
  readonly retryable?: boolean
  /** Default: by kind, see `hints`. */
  readonly hint?: string
}

export interface TextRule extends ErrorRule {
  /** Tested against the vendor's message. */
  readonly pattern: RegExp
  /** Only with this HTTP status. */
  readonly status?: number
}

/** Read in this order: the vendor's code or type, its words, the status. A vendor's code says more than its status. */
export interface ErrorRules {
  /** By `code`, inner code or `type`, in lower case. */
  readonly codes: ReadonlyMap<string, ErrorRule>
  readonly texts: readonly TextRule[]
  readonly statuses: ReadonlyMap<number, ErrorRule>
  /** How long a message asks to wait, in milliseconds, in words that only this vendor uses. */
  readonly readWait?: (message: string) => number | undefined
  /** What this very error tells a person to do next, where only this vendor says it so. */
  readonly readHint?: (body: unknown) => string | undefined
}

const noChannel = 'The relay has no channel for this model now: try later, or choose another model or model group.'

function codesOf(kind: ProviderErrorKind, codes: readonly string[], more: Omit<ErrorRule, 'kind'> = {}): [string, ErrorRule][] {
  return codes.map(code => [code, { kind, ...more }])
}

/** WIRE.md 3.5, 4.2-4.9, 5, 6.3 and 11. Generic words such as `invalid_request_error` or `api_error` are left to the status. */
const codes: ReadonlyMap<string, ErrorRule> = new Map([
  ...codesOf('auth', ['invalid_api_key', 'authentication_error', 'invalid_authentication', 'unauthorized']),
  ...codesOf('permission', ['access_denied', 'permission_error', 'permission_denied']),
  ...codesOf('quota', [
    'insufficient_quota',
    'insufficient_balance',
    'billing_hard_limit_reached',
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'insufficient_user_quota',
    'pre_consume_token_quota_failed',
    'exceeded_current_quota_error'
  ]),
  ...codesOf('context_length', ['context_length_exceeded', 'too_many_prompt_tokens']),
  ...codesOf('content_filter', ['content_filter', 'content_policy_violation', 'responsibleaipolicyviolation', 'sensitive_words_detected']),
  ...codesOf('not_found', ['model_not_found', 'deploymentnotfound', 'not_found_error']),
  ...codesOf('rate_limit', ['rate_limit_exceeded', 'ratelimitreached', 'rate_limit_error', 'rate_limited', 'rate_limit_reached_error']),
  ...codesOf('overloaded', [
    'slow_down',
    'server_is_overloaded',
    'service_unavailable_error',
    'overloaded_error',
    'engine_overloaded_error',
    'capacity_exceeded'
  ]),
  ...codesOf('overloaded', ['get_channel_failed', 'channel:no_available_key'], { hint: noChannel }),
  ...codesOf('server', ['do_request_failed', 'read_response_body_failed', 'bad_response', 'count_token_messages_failed']),
  ...codesOf('bad_request', ['tool_use_failed'], {
    hint: 'The model called a tool wrongly. Ask again, or make the schema of the tool simpler.'
  }),
  ...numberedCodes.flatMap(([rule, numbers]) => numbers.map((number): [string, ErrorRule] => [String(number), rule]))
])

const texts: readonly TextRule[] = [
  { kind: 'auth', pattern: /(incorrect|invalid) api[ -]?key/i },
  {
    kind: 'context_length',
    pattern:
      /maximum context length|context[ _]?(length|window) (exceeded|is exceeded)|exceeds? the (available |model'?s )?context|fit in (the )?context length|prompt (is )?too long|input is too long|exceed(s|ed) (max length|the maximum number of tokens|model token limit)|max_model_len|上下文(长度|窗口)|(输入|提示词)(内容)?过长/i
  },
  // OpenRouter: money is held back by calls that still run.
  { kind: 'rate_limit', pattern: /in[- ]flight/i, status: 402 },
  // Gemini uses the words of a used-up quota for the limit of a minute too.
  { kind: 'rate_limit', pattern: /exceeded your current quota(?![^]*(PerDay|limit: 0))[^]*retry in \d/i },
  { kind: 'content_filter', pattern: /input was flagged|content management policy/i },
  {
    kind: 'quota',
    pattern:
      /insufficient (account )?balance|balance is insufficient|reached your usage limit|exceeded your current quota|额度不足|额度已用尽|余额不足/i
  },
  { kind: 'overloaded', pattern: /no available channel|无可用渠道/i, hint: noChannel },
  {
    kind: 'bad_request',
    pattern: /invalid image input/i,
    hint: 'Send the image as a data: URL (jpeg, png or webp): this service fetches no addresses.'
  }
]

const statuses: ReadonlyMap<number, ErrorRule> = new Map<number, ErrorRule>([
  [401, { kind: 'auth' }],
  [402, { kind: 'quota' }],
  [403, { kind: 'permission' }],
  [404, { kind: 'not_found' }],
  [408, { kind: 'timeout' }],
  [409, { kind: 'server', code: 'conflict' }],
  [413, { kind: 'bad_request', code: 'too_large' }],
  [425, { kind: 'server' }],
  [429, { kind: 'rate_limit' }],
  [498, { kind: 'overloaded' }],
  [501, { kind: 'server', retryable: false }],
  [503, { kind: 'overloaded' }],
  [505, { kind: 'server', retryable: false }],
  [529, { kind: 'overloaded' }]
])

/** What services that speak OpenAI were seen to say. */
export const commonErrorRules: ErrorRules = { codes, texts, statuses }

/** What a person should do next. */
export const hints: Readonly<Partial<Record<ProviderErrorKind, string>>> = {
  auth: 'Check the key: it may be wrong, expired, or made for another service.',
  permission: 'Check the key: balance, model group, allowed addresses and country decide what it may use.',
  quota: 'Check the balance or plan of this account.',
  context_length: 'Shorten the conversation, or choose a model with a larger context.',
  content_filter: 'The vendor refuses this content; rephrase it.'
}

export const modelHint = '`resoftai models` lists the models of this provider.'
export const addressHint = 'Is api_base right? It usually ends in /v1.'
