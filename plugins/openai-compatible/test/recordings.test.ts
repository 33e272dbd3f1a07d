import { describe, expect, test } from '@jest/globals'
import { isProviderError, type ChatReply } from '@resoftai/sdk'
import { joinEvents, readEvents, readServerSentEvents } from '@resoftai/sdk/testing'
import { haveRecordings, openAIRecordings, type Recording } from '../../../tests/recordings/load.ts'
import { readingOf, readVectorsWithOracle, readWithOracle, type Outcome } from '../../../tests/recordings/oracle.ts'
import { dialectWith } from './reading.ts'

const dialect = dialectWith()
const describeRecordings = haveRecordings ? describe : describe.skip

describeRecordings('recorded exchanges, read as an independent client reads them (skipped without ../shared/recordings)', () => {
  const named = (recording: Recording) => [recording.path, recording] as const

  test.each(openAIRecordings('chat').map(named))('%s', async (_, recording) => {
    const theirs = await readWithOracle(recording)
    if ('failure' in theirs) expect(read(recording)).toHaveProperty('failure')
    else expect(read(recording)).toEqual(theirs)
  })

  test.each(openAIRecordings('embeddings').map(named))('%s', async (_, recording) => {
    const theirs = await readVectorsWithOracle(recording)
    const ours = dialect.embeddings?.decode(JSON.parse(recording.body))
    expect(ours?.vectors).toEqual(theirs.vectors)
    expect(ours?.usage.inputTokens).toBe(theirs.input)
  })

  test('there are some of each kind', () => {
    const chats = openAIRecordings('chat')
    expect(chats.filter(({ kind }) => kind === 'sse').length).toBeGreaterThan(10)
    expect(chats.filter(({ kind }) => kind === 'json').length).toBeGreaterThan(50)
    expect(openAIRecordings('embeddings').length).toBeGreaterThan(3)
  })
})

function read(recording: Recording): Outcome {
  try {
    return { reading: readingOf(recording.kind === 'sse' ? readStream(recording) : readWhole(recording)) }
  } catch (error) {
    if (!isProviderError(error)) throw error
    return { failure: error.message }
  }
}

function readStream({ body }: Recording): ChatReply {
  return joinEvents(readEvents(dialect, readServerSentEvents(Buffer.from(body))))
}

function readWhole({ status, headers, body }: Recording): ChatReply {
  const value: unknown = JSON.parse(body)
  const error = dialect.decodeError?.(status, value, new Headers(headers))
  if (error !== undefined) throw error
  return joinEvents(dialect.decode(value))
}
