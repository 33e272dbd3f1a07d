import { describe, expect, test } from '@jest/globals'
import { joinEvents } from '@resoftai/sdk/testing'
import { isProviderError, type ProviderErrorKind } from '@resoftai/sdk'
import { haveRecordings, recordingsOf, type Recording } from '../../../tests/recordings/load.ts'
import { readingOf, readWithOracle, type Outcome, type Reading } from './oracle.ts'
import { dialect, eventsOfBody, wholeReplyOf } from './reading.ts'

const describeRecordings = haveRecordings ? describe : describe.skip

/** Replies of `generateContent` and `streamGenerateContent`. Other APIs of the same host, by address or name: interactions, batches. */
const all = recordingsOf('google', 'google-vertex').filter(
  ({ path, request }) => !path.includes('/interactions__') && (request === undefined || /:(streamG|g)enerateContent/.test(request.url))
)
const replies = all.filter(({ status }) => status === 200)
const errors = all.filter(({ status }) => status >= 400)
const named = (recording: Recording) => [recording.path, recording] as const

/** Where we mean something else than the oracle. */
const differences: readonly { readonly file: string; readonly because: string; readonly ours: Partial<Reading> }[] = [
  {
    file: 'test_google_model_armor_response_template_real_block',
    because: 'the oracle does not know the word MODEL_ARMOR; its finishMessage says that a filter took the answer',
    ours: { finishReason: 'content_filter' }
  }
]

describeRecordings('recorded exchanges, read as an independent client reads them (skipped without ../shared/recordings)', () => {
  test.each(replies.map(named))('%s', async (path, recording) => {
    const theirs = await readWithOracle(recording)
    if ('failure' in theirs) throw new Error(theirs.failure)
    const accepted = differences.find(({ file }) => path.includes(file))?.ours ?? {}
    expect(read(recording)).toEqual({ reading: { ...theirs.reading, ...accepted } })
  })

  test.each(errors.map(named))('%s is an error of its kind', (path, recording) => {
    const kinds: readonly (readonly [string, ProviderErrorKind])[] = [
      ['429-retry-info', 'rate_limit'],
      // The quota of input tokens a minute, which the prompt alone exceeds.
      ['context_length_exceeded', 'rate_limit'],
      ['auth_error', 'auth']
    ]
    const expected = kinds.find(([name]) => path.includes(name))?.[1]
    expect(expected).toBeDefined()
    expect(dialect.decodeError?.(recording.status, JSON.parse(recording.body), new Headers(recording.headers))?.kind).toBe(expected)
  })

  test('there are some of each kind', () => {
    expect(replies.filter(({ kind }) => kind === 'sse').length).toBeGreaterThan(5)
    expect(replies.filter(({ kind }) => kind === 'json').length).toBeGreaterThan(40)
    expect(errors.length).toBeGreaterThan(2)
  })
})

function read({ kind, body }: Recording): Outcome {
  try {
    return { reading: readingOf(kind === 'sse' ? joinEvents(eventsOfBody(body)) : wholeReplyOf(JSON.parse(body))) }
  } catch (error) {
    if (!isProviderError(error)) throw error
    return { failure: error.message }
  }
}
