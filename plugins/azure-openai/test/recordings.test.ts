import { describe, expect, test } from '@jest/globals'
import { isProviderError } from '@resoftai/sdk'
import { joinEvents, readEvents, readServerSentEvents } from '@resoftai/sdk/testing'
import { haveRecordings, openAIRecordings, type Recording } from '../../../tests/recordings/load.ts'
import { readingOf, readVectorsWithOracle, readWithOracle, type Outcome } from '../../../tests/recordings/oracle.ts'
import { dialectOf } from './dialect.ts'

const describeRecordings = haveRecordings ? describe : describe.skip

/** Two more of Azure are streams of the Responses API, which is not the one this plugin speaks. */
const recordingsOf = (shape: 'chat' | 'embeddings') =>
  openAIRecordings(shape)
    .filter(({ provider, path }) => provider === 'azure' || path.includes('azure'))
    .map(recording => [recording.path, recording] as const)

describeRecordings('recorded exchanges, read as an independent client reads them (skipped without ../shared/recordings)', () => {
  test.each(recordingsOf('chat'))('%s', async (_, recording) => {
    const theirs = await readWithOracle(recording)
    const ours = await read(recording)
    if ('failure' in theirs) expect(ours).toHaveProperty('failure')
    else expect(ours).toEqual(theirs)
  })

  test.each(recordingsOf('embeddings'))('%s', async (_, recording) => {
    const theirs = await readVectorsWithOracle(recording)
    const { vectors, usage } = (await dialectOf()).embeddings.decode(JSON.parse(recording.body))
    expect([vectors, usage.inputTokens]).toEqual([theirs.vectors, theirs.input])
  })

  test.each(recordingsOf('chat').filter(([, { request }]) => request?.url.includes('azure.com')))(
    '%s is asked at its address',
    async (_, { request }) => {
      const { origin, pathname, searchParams, href } = new URL(request?.url ?? '')
      const surface = pathname.startsWith('/models') ? 'models' : 'deployments'
      const { model } = (request?.body ?? {}) as { readonly model: string }
      const dialect = await dialectOf({ api_base: origin, surface, api_version: searchParams.get('api-version') ?? '' })
      expect(dialect.encode({ model, messages: [] }, 'whole').url).toBe(href)
    }
  )

  test('there are some of each kind', () => {
    expect(new Set(recordingsOf('chat').map(([, { kind, status }]) => `${kind} ${status}`))).toEqual(
      new Set(['sse 200', 'json 200', 'json 401'])
    )
    expect(recordingsOf('embeddings').length).toBeGreaterThan(1)
  })
})

async function read({ kind, status, headers, body }: Recording): Promise<Outcome> {
  const dialect = await dialectOf()
  try {
    if (kind === 'sse') return { reading: readingOf(joinEvents(readEvents(dialect, readServerSentEvents(Buffer.from(body))))) }
    const value: unknown = JSON.parse(body)
    const error = dialect.decodeError?.(status, value, new Headers(headers))
    if (error !== undefined) throw error
    return { reading: readingOf(joinEvents(dialect.decode(value))) }
  } catch (error) {
    if (!isProviderError(error)) throw error
    return { failure: error.message }
  }
}
