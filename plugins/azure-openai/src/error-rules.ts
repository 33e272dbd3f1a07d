import { commonErrorRules, type ErrorRules } from '@resoftai/plugin-openai-compatible/dialect'
import { filterHint } from './filter-hint.ts'

/** What Azure alone can advise (WIRE.md 6.3). */
export const azureErrorRules: ErrorRules = {
  ...commonErrorRules,
  codes: new Map([
    ...commonErrorRules.codes,
    [
      'deploymentnotfound',
      { kind: 'not_found', hint: 'The model is the name of a deployment of this resource. A new one is found after some five minutes.' }
    ],
    [
      'operationnotsupported',
      { kind: 'bad_request', hint: 'This deployment holds a model of another kind, or api_version is too old for it.' }
    ]
  ]),
  texts: [
    {
      kind: 'not_found',
      status: 404,
      pattern: /resource not found/i,
      hint: 'Check api_base, surface and api_version: nothing lies at this address.'
    },
    {
      kind: 'bad_request',
      status: 400,
      pattern: /api[- ]version/i,
      hint: 'Check api_version; without one the v1 surface is asked, which needs none.'
    },
    {
      kind: 'permission',
      status: 403,
      pattern: /virtual network|firewall|public access/i,
      hint: 'The network rules of the resource keep this machine out.'
    },
    ...commonErrorRules.texts
  ],
  readHint: filterHint
}
