import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, createHost, isProviderError, type ChatReply, type Host, type ProviderClient } from 'resoftai'
import { fakeService, wait, write, type FakeService } from '@resoftai/sdk/testing'
import { haveRecordings, openAIRecordings } from './recordings/load.ts'
import { piecesOf } from './recordings/pieces.ts'
import { readingOf, readVectorsWithOracle, readWithOracle } from './recordings/oracle.ts'

const describeRecordings = haveRecordings ? describe : describe.skip
const chats = openAIRecordings('chat')
const embeddings = openAIRecordings('embeddings')

describeRecordings(
  'recorded exchanges through the whole host, over HTTP, cut at random bytes (skipped without ../shared/recordings)',
  () => {
    const home = mkdtempSync(join(tmpdir(), 'resoftai-replay-'))
    let service: FakeService
    let host: Host
    let provider: ProviderClient

    beforeAll(async () => {
      service = await fakeService(({ path, json }) => {
        const index = Number((json as { model: string }).model.slice('recording-'.length))
        const recording = (path.endsWith('/embeddings') ? embeddings : chats)[index]
        if (recording === undefined) throw new Error('unknown recording')
        const type = recording.kind === 'sse' ? 'text/event-stream' : 'application/json'
        const pieces = piecesOf(Buffer.from(recording.body), index)
        return {
          status: recording.status,
          headers: { 'content-type': recording.headers['content-type'] ?? type },
          steps: pieces.flatMap(piece => [write(piece), wait(0)])
        }
      })
      const providers = { replay: { plugin: 'openai-compatible', api_base: service.url, api_key: 'sk-replay', max_retries: 0 } }
      host = await createHost({ env: {}, cwd: home, home, config: { providers } })
      provider = await host.provider('replay')
    })
    afterAll(async () => {
      await host.close()
      await service.close()
      rmSync(home, { recursive: true, force: true })
    })

    test.each(chats.map((recording, index) => [recording.path, recording, index] as const))('%s', async (_path, recording, index) => {
      const ask = { model: `recording-${index}`, messages: [{ role: 'user' as const, content: 'Hi' }] }
      const theirs = await readWithOracle(recording)
      const ours = await (recording.kind === 'sse' ? collect(provider.stream(ask)) : provider.chat(ask)).catch((error: unknown) => error)
      if ('reading' in theirs) {
        if (ours instanceof Error) throw ours
        expect(readingOf(ours as ChatReply)).toEqual(theirs.reading)
      } else expect(isProviderError(ours)).toBe(true)
    })

    test.each(embeddings.map((recording, index) => [recording.path, recording, index] as const))('%s', async (_path, recording, index) => {
      const theirs = await readVectorsWithOracle(recording)
      const ours = await provider.embed({ model: `recording-${index}`, input: theirs.vectors.map(() => 'a') })
      expect(ours.vectors).toEqual(theirs.vectors)
      expect(ours.usage.inputTokens).toBe(theirs.input)
    })
  }
)
