import { commonErrorRules, type ErrorRule, type ErrorRules } from '@resoftai/plugin-openai-compatible/dialect'
import { readReset } from './reset-time.ts'

const account = 'The account itself is refused: sign in at the vendor and look what is wrong with it.'
const clock = 'Check the key; with auth: token also the clock of this machine, as tokens are only good for minutes.'
const balance =
  'Add money, or choose another model. The key of a coding plan only works with the preset bigmodel-coding or zai-coding (api_base ends in /api/coding/paas/v4).'

/** WIRE.md 7.7. What is not here is in `commonErrorRules`, as those numbers mean the same wherever they are seen. */
const codes: readonly (readonly [rule: ErrorRule, codes: readonly number[]])[] = [
  [{ kind: 'server' }, [500, 1100, 1120, 1200, 1230, 1234, 1260]],
  [{ kind: 'auth' }, [1000, 1001, 1002, 1005]],
  [{ kind: 'auth', hint: clock }, [1003, 1004]],
  [{ kind: 'permission', hint: account }, [1110, 1111, 1112, 1121, 1313]],
  [{ kind: 'quota', hint: balance }, [1113]],
  [{ kind: 'bad_request' }, [1210, 1212, 1213, 1214, 1215]],
  [{ kind: 'not_found' }, [1221, 1222]],
  [{ kind: 'content_filter' }, [1300]]
]

export function zhipuErrorRules(now: () => number): ErrorRules {
  return {
    ...commonErrorRules,
    codes: new Map([
      ...commonErrorRules.codes,
      ...codes.flatMap(([rule, numbers]) => numbers.map((number): [string, ErrorRule] => [String(number), rule]))
    ]),
    statuses: new Map([...commonErrorRules.statuses, [434, { kind: 'permission' }], [435, { kind: 'bad_request', code: 'too_large' }]]),
    readWait: message => readReset(message, now())
  }
}
