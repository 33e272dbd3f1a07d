import type { ProviderErrorKind } from '@resoftai/sdk'

/** What a code or text of an error means. */
export interface ErrorRule {
  readonly kind: ProviderErrorKind
  /** The finer word of the error. */
  readonly code?: string
  /** Default: by kind. */
  readonly retryable?: boolean
  /** Default: by kind, see `hints`. */
  readonly hint?: string
}

const publish = 'Publish the bot or workflow to the API channel, and check its id and the region (api.coze.com or api.coze.cn).'

const byNumber: readonly (readonly [rule: ErrorRule, codes: readonly number[]])[] = [
  [{ kind: 'bad_request' }, [400, 4000, 4003, 4004, 4005, 4201, 4300, 4301, 4302, 4303, 4304]],
  [{ kind: 'not_found', hint: 'Check conversation and chat: another account or region does not know them.' }, [4001, 4002]],
  [{ kind: 'not_found', hint: publish }, [404, 4006, 4015, 4200]],
  [{ kind: 'not_found' }, [4314]],
  [{ kind: 'bad_request', hint: 'Set auto_save_history to true.' }, [4007]],
  [{ kind: 'bad_request', hint: 'The model of the bot is gone: choose another one in Coze.' }, [4012]],
  [{ kind: 'bad_request', hint: 'Bind a workflow to the bot in Coze.' }, [4021]],
  // It works again when the other chat has ended, which says nothing about the health of the service.
  [
    { kind: 'server', code: 'conflict', retryable: true, hint: 'Another chat of this conversation still runs: wait, or begin another.' },
    [4016]
  ],
  [{ kind: 'bad_request', code: 'conflict' }, [4104, 4315]],
  [{ kind: 'quota', hint: 'The limit of the day is used up; it is reset tomorrow.' }, [4008]],
  [{ kind: 'quota' }, [4011, 4019, 4022, 4028]],
  [{ kind: 'context_length' }, [4010]],
  [{ kind: 'content_filter' }, [4014, 4105]],
  [{ kind: 'rate_limit' }, [429, 4009, 4013, 4020]],
  // The documents say to try later: not within the seconds of a retry.
  [{ kind: 'permission', hint: 'Coze saw unusual activity; try again later.' }, [4102]],
  [{ kind: 'permission', hint: 'The plan of this account does not have this feature.' }, [6003]],
  [{ kind: 'permission' }, [403]],
  [{ kind: 'auth' }, [401, 4100, 4101, 700_012_006]],
  [{ kind: 'timeout' }, [408]],
  [{ kind: 'server' }, [5000]]
]

/** OAuth (WIRE.md 8.1). */
const byWord: readonly (readonly [string, ErrorRule])[] = [
  ['invalid_client', { kind: 'auth', hint: 'Check app_id, public_key_id, private_key and the region of api_base.' }],
  ['access_deny', { kind: 'auth', hint: 'The OAuth app is switched off or not authorised.' }],
  ['access_denied', { kind: 'auth', hint: 'The OAuth app is switched off or not authorised.' }],
  ['invalid_request', { kind: 'bad_request' }],
  ['unsupported_grant_type', { kind: 'bad_request' }]
]

/** Every code of WIRE.md 8.7, and the statuses that stand in place of one. */
export const codeRules: ReadonlyMap<string, ErrorRule> = new Map([
  ...byNumber.flatMap(([rule, codes]) => codes.map((code): [string, ErrorRule] => [String(code), rule])),
  ...byWord
])

/** Codes of the workflow engine and of coze-studio mean something only by their text. A workflow may have acted: it is not run again. */
export const textRules: readonly (readonly [pattern: RegExp, rule: ErrorRule])[] = [
  [/rate limit|too many requests|qps|限流|频率/i, { kind: 'rate_limit' }],
  [/quota|insufficient balance|余额|欠费/i, { kind: 'quota' }],
  [/time(d)? ?out|超时/i, { kind: 'timeout', retryable: false }],
  [/not (found|exist)|不存在|未找到/i, { kind: 'not_found', hint: publish }],
  [/unauthori[sz]ed|authentication|access token|鉴权/i, { kind: 'auth' }],
  [/invalid|missing|required|参数/i, { kind: 'bad_request' }]
]

/** The engine's numbers begin so (WIRE.md 8.7). */
export const isWorkflowCode = (code: string): boolean => /^720702\d{3}$/.test(code)

/** What a person should do next. */
export const hints: Readonly<Partial<Record<ProviderErrorKind, string>>> = {
  auth: 'Check the token, its permissions and spaces. Tokens of api.coze.com and api.coze.cn are not interchangeable: other region?',
  quota: 'Check the balance or plan of this account.',
  context_length: 'Shorten the conversation, or let the bot use a model with a larger context.',
  content_filter: 'Coze refuses this content; rephrase it.'
}
