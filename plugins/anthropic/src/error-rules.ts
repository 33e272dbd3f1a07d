import type { ProviderErrorKind } from '@resoftai/sdk'

/** What a sign of an error means. */
export interface ErrorRule {
  readonly kind: ProviderErrorKind
  readonly code?: string
  /** Default: by kind, see `hints`. */
  readonly hint?: string
}

const conflict: ErrorRule = { kind: 'server', code: 'conflict' }
const tooLarge: ErrorRule = { kind: 'bad_request', code: 'too_large', hint: 'A request may have 32 MB: send fewer or smaller files.' }
const spendLimit: ErrorRule = {
  kind: 'quota',
  code: 'spend_limit',
  hint: 'Raise the spend limit of this organization or workspace, or wait until the vendor resets it.'
}

/** Zhipu's codes, which its service of the same shape puts into the text (WIRE.md 7.7). */
const zhipuCodes: readonly (readonly [ProviderErrorKind, readonly number[]])[] = [
  ['auth', [1000, 1001, 1002, 1003, 1004, 1005]],
  ['quota', [1113, 1304, 1308, 1309, 1310, 1314, 1315, 1316, 1317, 1318, 1319, 1320, 1321]],
  ['server', [1200, 1230, 1234, 1260]],
  ['not_found', [1211]],
  ['permission', [1220, 1311]],
  ['context_length', [1261]],
  ['content_filter', [1300, 1301]],
  ['rate_limit', [1302, 1303]],
  ['overloaded', [1305, 1312]]
]

/** WIRE.md 9.5: by the vendor's type or code. */
export const errorTypes: ReadonlyMap<string, ErrorRule> = new Map<string, ErrorRule>([
  ['invalid_request_error', { kind: 'bad_request' }],
  ['authentication_error', { kind: 'auth' }],
  ['billing_error', { kind: 'quota' }],
  ['permission_error', { kind: 'permission' }],
  ['not_found_error', { kind: 'not_found' }],
  ['conflict_error', conflict],
  ['request_too_large', tooLarge],
  ['rate_limit_error', { kind: 'rate_limit' }],
  ['enforced_spend_limit_reached', spendLimit],
  ['api_error', { kind: 'server' }],
  ['timeout_error', { kind: 'timeout' }],
  ['overloaded_error', { kind: 'overloaded' }],
  ...zhipuCodes.flatMap(([kind, codes]) => codes.map((code): [string, ErrorRule] => [String(code), { kind }]))
])

/** What a message says more exactly than its type. */
export const errorTexts: readonly (readonly [RegExp, ErrorRule])[] = [
  [/prompt is too long|exceed(?:s|ed)? (?:the )?context (?:limit|window|length)/i, { kind: 'context_length' }],
  [/credit balance is too low/i, { kind: 'quota', code: 'balance' }],
  [/reached your specified [\w ]{0,40}usage limit|enforced_spend_limit_reached/i, spendLimit],
  [/blocked by content filtering/i, { kind: 'content_filter' }],
  [
    /assistant message prefill/i,
    { kind: 'bad_request', hint: 'This model does not go on with a message of its own: end the conversation with a user message.' }
  ]
]

/** For answers that name no type. */
export const errorStatuses: ReadonlyMap<number, ErrorRule> = new Map<number, ErrorRule>([
  [401, { kind: 'auth' }],
  [402, { kind: 'quota' }],
  [403, { kind: 'permission' }],
  [404, { kind: 'not_found' }],
  [408, { kind: 'timeout' }],
  [409, conflict],
  [413, tooLarge],
  [429, { kind: 'rate_limit' }],
  [503, { kind: 'overloaded' }],
  [504, { kind: 'timeout' }],
  [529, { kind: 'overloaded' }]
])

/** What a person should do next. */
export const hints: Readonly<Partial<Record<ProviderErrorKind, string>>> = {
  auth: 'Check the key: a key of the console belongs into api_key, a token into auth_token.',
  permission: 'Check that this key may use the model and the beta features that are asked for.',
  quota: 'Check the balance and the limits of this account.',
  context_length: 'Shorten the conversation, or choose a model with a larger context.',
  content_filter: 'The vendor refuses this content; rephrase it.'
}

export const modelHint = '`resoftai models` lists the models of this provider.'
export const addressHint = 'Is api_base right? It ends before /v1.'
