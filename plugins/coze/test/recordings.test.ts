import { describe, expect, test } from '@jest/globals'
import { readServerSentEvents, readEvents } from '@resoftai/sdk/testing'
import { haveRecordings, recordingsOf } from '../../../tests/recordings/load.ts'
import { dialectWith, errorOf, replyOf } from './asking.ts'

const dialect = await dialectWith()
const describeRecordings = haveRecordings ? describe : describe.skip

describeRecordings('recorded exchanges (skipped without ../shared/recordings)', () => {
  const read = (name: string) => {
    const recording = recordingsOf('coze').find(({ path }) => path.endsWith(`/${name}.json`))
    return replyOf(readEvents(dialect, readServerSentEvents(Buffer.from(recording?.body ?? ''))))
  }

  test('an error that says nothing is an error of the service', () => {
    expect(errorOf(() => read('chat_error_resp'))).toMatchObject({ kind: 'server', retryable: true })
  })

  test('an event that nobody knows is no reply', () => {
    expect(errorOf(() => read('chat_invalid_resp'))).toMatchObject({ kind: 'truncated' })
  })

  test('there are no others that these tests pass over', () => {
    expect(recordingsOf('coze')).toHaveLength(2)
  })
})
