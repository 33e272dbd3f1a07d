import type { ErrorRule } from './error-rules.ts'

const limitHint = 'The limit of this plan is used up; the message says when it is reset.'

/**
 * Numbers that Zhipu (WIRE.md 7.7) and Coze (8.7) use: both are also reached through relays that speak OpenAI and pass the number on. Only
 * those that no other vendor was seen to use: 1300, Zhipu's word for a policy, is a rate limit at Mistral.
 */
export const numberedCodes: readonly (readonly [rule: ErrorRule, numbers: readonly number[]])[] = [
  [{ kind: 'quota' }, [1113, 1304, 1309, 1314, 1315]],
  [{ kind: 'quota', hint: limitHint }, [1308, 1310, 1316, 1317, 1318, 1319, 1320, 1321]],
  [{ kind: 'not_found' }, [1211]],
  [{ kind: 'permission' }, [1220, 1311]],
  // The vendor still works on a request of the same id: with that id every try would fail.
  [{ kind: 'server', code: 'conflict', retryable: false, hint: 'Send another request_id.' }, [1231]],
  [{ kind: 'context_length' }, [1261]],
  [{ kind: 'content_filter' }, [1301]],
  [{ kind: 'rate_limit' }, [1302, 1303]],
  [{ kind: 'overloaded' }, [1305, 1312]],
  [{ kind: 'auth' }, [4100, 4101, 700_012_006]],
  [{ kind: 'quota' }, [4008, 4011, 4019, 4022, 4028]],
  [{ kind: 'context_length' }, [4010]],
  [{ kind: 'content_filter' }, [4014, 4105]],
  [{ kind: 'rate_limit' }, [4009, 4013, 4020]]
]
