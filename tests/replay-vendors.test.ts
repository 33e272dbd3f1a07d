import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, createHost, isProviderError, type ChatReply, type Host, type ProviderClient } from 'resoftai'
import { isFollowUp, type Dialect, type ProviderDefinition } from '@resoftai/sdk'
import {
  fakeService,
  joinEvents,
  readEvents,
  readServerSentEvents,
  testContext,
  wait,
  write,
  type FakeService
} from '@resoftai/sdk/testing'
import anthropic from '../plugins/anthropic/src/index.ts'
import azure from '../plugins/azure-openai/src/index.ts'
import coze from '../plugins/coze/src/index.ts'
import gemini from '../plugins/gemini/src/index.ts'
import zhipu from '../plugins/zhipu/src/index.ts'
import { haveRecordings, recordingsOf, type Recording } from './recordings/load.ts'
import { piecesOf } from './recordings/pieces.ts'

interface Vendor {
  readonly recordings: readonly Recording[]
  readonly definition: ProviderDefinition<never>
  readonly config: Readonly<Record<string, unknown>>
}

const chats = (pattern: RegExp, ...names: string[]) =>
  recordingsOf(...names).filter(({ request, path }) => pattern.test(request === undefined ? path : new URL(request.url).pathname))

/** Of which recordings a plugin is tried with, and how it is configured. What each of them means its own tests ask an independent client. */
const vendors: Readonly<Record<string, Vendor>> = {
  anthropic: { recordings: chats(/\/v1\/messages$|chat__/, 'anthropic'), definition: anthropic, config: {} },
  gemini: { recordings: chats(/[:]\w*[gG]enerateContent$|chat__/, 'google', 'google-vertex'), definition: gemini, config: {} },
  zhipu: { recordings: chats(/\/chat\/completions$/, 'zhipu'), definition: zhipu, config: {} },
  'azure-openai': { recordings: chats(/\/chat\/completions$|chat__azure-(?!code|tool)/, 'azure'), definition: azure, config: {} },
  coze: { recordings: recordingsOf('coze'), definition: coze, config: { bot_id: '7379462189365198898' } }
}

const describeRecordings = haveRecordings ? describe : describe.skip

describeRecordings.each(Object.entries(vendors))(
  'recorded exchanges with %s through the whole host, over HTTP, cut at random bytes (skipped without ../shared/recordings)',
  (plugin, { recordings, definition, config }) => {
    const home = mkdtempSync(join(tmpdir(), 'resoftai-replay-'))
    let playing: Recording
    let service: FakeService
    let host: Host
    let provider: ProviderClient
    let dialect: Dialect

    beforeAll(async () => {
      service = await fakeService(() => {
        const { body, status, kind, headers } = playing
        const type = headers['content-type'] ?? (kind === 'sse' ? 'text/event-stream' : 'application/json')
        const steps = piecesOf(Buffer.from(body), body.length).flatMap(piece => [write(piece), wait(0)])
        return { status, headers: { 'content-type': type }, steps }
      })
      const given = { api_base: service.url, default_model: 'some-model', ...config }
      const providers = { replay: { plugin, api_key: 'sk-replay', max_retries: 0, ...given } }
      host = await createHost({ env: {}, cwd: home, home, config: { providers } })
      provider = await host.provider('replay')
      dialect = (await definition.create(testContext<never>({ config: given, secrets: ['api_key'] }))) as Dialect
    })
    afterAll(async () => {
      await host.close()
      await service.close()
      rmSync(home, { recursive: true, force: true })
    })

    test.each(recordings.map(recording => [recording.path, recording] as const))('%s', async (_path, recording) => {
      playing = recording
      const ask = { messages: [{ role: 'user' as const, content: 'Hi' }] }
      const ours = await (recording.kind === 'sse' ? collect(provider.stream(ask)) : provider.chat(ask)).catch((error: unknown) => error)
      const alone = readAlone(dialect, recording)
      if (ours instanceof Error) {
        if (!isProviderError(ours) || !isProviderError(alone)) throw ours
        expect([ours.kind, ours.vendorCode]).toEqual([alone.kind, alone.vendorCode])
        expect(ours.status).toBe(recording.status)
      } else expect({ ...(ours as ChatReply), attempts: [] }).toEqual({ ...(alone as ChatReply), model: (ours as ChatReply).model })
    })

    test('there are some', () => expect(recordings.length).toBeGreaterThan(1))
  }
)

/** What the dialect makes of it without any host. */
function readAlone(dialect: Dialect, { kind, status, body }: Recording): unknown {
  try {
    if (kind !== 'sse') {
      const value: unknown = JSON.parse(body)
      const error = status >= 400 ? dialect.decodeError?.(status, value, new Headers()) : undefined
      if (error !== undefined) return error
      const meaning = dialect.decode!(value)
      return joinEvents(isFollowUp(meaning) ? [] : meaning, 'some-model')
    }
    return joinEvents(readEvents(dialect, readServerSentEvents(Buffer.from(body))), 'some-model')
  } catch (error) {
    return error
  }
}
