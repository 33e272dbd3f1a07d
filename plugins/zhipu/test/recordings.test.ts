import { describe, expect, test } from '@jest/globals'
import { joinEvents, readEvents, readServerSentEvents } from '@resoftai/sdk/testing'
import { haveRecordings, recordingsOf } from '../../../tests/recordings/load.ts'
import { readingOf, readWithOracle } from '../../../tests/recordings/oracle.ts'
import type { ChatEvent } from '@resoftai/sdk'
import { dialectOf } from './dialect.ts'

const describeRecordings = haveRecordings ? describe : describe.skip
const recordings = recordingsOf('zhipu').map(recording => [recording.path, recording] as const)

describeRecordings('recorded exchanges, read as an independent client reads them (skipped without ../shared/recordings)', () => {
  test.each(recordings)('%s', async (_, recording) => {
    const dialect = await dialectOf()
    const events =
      recording.kind === 'sse'
        ? readEvents(dialect, readServerSentEvents(Buffer.from(recording.body)))
        : (dialect.decode?.(JSON.parse(recording.body)) as Iterable<ChatEvent>)
    expect({ reading: readingOf(joinEvents(events)) }).toEqual(await readWithOracle(recording))
  })

  test('what was asked in them is what the plugin asks', async () => {
    const dialect = await dialectOf({ api_base: 'https://api.z.ai/api/paas/v4', clear_thinking: false, thinking: 'enabled' })
    const asked = recordings.find(([path]) => path.includes('preserved_thinking_round_trip'))?.[1].request
    const messages = [{ role: 'user' as const, content: 'What is 17 * 19? Think it through.' }]
    const { url, body } = dialect.encode({ model: 'glm-4.7', messages }, 'whole')
    expect({ method: 'POST', url, body: { stream: false, ...(body as object) } }).toEqual(asked)
  })

  test('there are some of each kind', () => {
    expect(new Set(recordings.map(([, { kind }]) => kind))).toEqual(new Set(['json', 'sse']))
  })
})
