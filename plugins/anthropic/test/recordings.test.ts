import { describe, expect, test } from '@jest/globals'
import { isProviderError, type ChatEvent, type ChatReply, type ChatRequest } from '@resoftai/sdk'
import { joinEvents, readEvents, readServerSentEvents } from '@resoftai/sdk/testing'
import { haveRecordings, recordingsOf, type Recording } from '../../../tests/recordings/load.ts'
import { isSayable, messagesOf, normalized, optionsOf, type WireTurn } from './from-wire.ts'
import { readingOf, readWithOracle, type Outcome } from './oracle.ts'
import { dialectWith } from './reading.ts'

const dialect = await dialectWith()
const describeRecordings = haveRecordings ? describe : describe.skip
const named = (recording: Recording) => [recording.path, recording] as const

const all = recordingsOf('anthropic')
const isOf = (end: RegExp) => (recording: Recording) => end.test(new URL(recording.request?.url ?? 'http://unknown/v1/messages').pathname)
const messages = all.filter(isOf(/\/messages$/))
const accepted = messages.flatMap(({ path, status, request }) => {
  const body = request?.body as AcceptedBody | undefined
  return status === 200 && body !== undefined && isSayable(body.messages) ? [[path, body] as const] : []
})

describeRecordings('recorded exchanges (skipped without ../shared/recordings)', () => {
  test.each(messages.map(named))('%s is read as an independent client reads it', async (_, recording) => {
    const theirs = await readWithOracle(recording)
    if ('failure' in theirs) expect(read(recording)).toHaveProperty('failure')
    else expect(read(recording)).toEqual(theirs)
  })

  test.each(accepted)('%s: what the vendor accepted is what we send', (_, { messages: turns, tools, ...body }) => {
    const own = dialect.encode({ model: body.model, messages: messagesOf(turns), ...optionsOf(body), ...callable(tools) }, 'whole')
    const { messages: sent, ...rest } = own.body as Readonly<Record<string, unknown>>
    expect(sent).toEqual(normalized(turns))
    for (const field of ['max_tokens', 'temperature', 'tool_choice'])
      if (field in body) expect([field, rest[field]]).toEqual([field, body[field]])
    expect(own.warnings).toEqual([])
  })

  test.each(all.filter(isOf(/\/count_tokens$/)).map(named))('%s: a count of tokens', (_, { body }) => {
    const expected = JSON.parse(body) as { readonly input_tokens: number }
    expect(dialect.tokens?.decode(expected)).toBe(expected.input_tokens)
  })

  test('an error answer has its kind and its id', () => {
    const failures = messages.filter(({ status }) => status >= 400)
    const errors = failures.map(({ status, body }) => dialect.decodeError?.(status, JSON.parse(body), new Headers()))
    expect(errors.map(error => [error?.status, error?.kind, error?.retryable, error?.requestId?.slice(0, 4)])).toEqual([
      [401, 'auth', false, 'req_'],
      [400, 'context_length', false, 'req_']
    ])
  })

  test('there are some of each kind', () => {
    expect(messages.filter(({ kind }) => kind === 'sse').length).toBeGreaterThan(10)
    expect(messages.filter(({ kind }) => kind === 'json').length).toBeGreaterThan(50)
    expect(accepted.length).toBeGreaterThan(40)
  })
})

type AcceptedBody = Readonly<Record<string, unknown>> & {
  readonly model: string
  readonly messages: readonly WireTurn[]
  readonly tools?: readonly { readonly name: string; readonly input_schema?: Readonly<Record<string, unknown>> }[]
}

/** The vendor's own tools have no schema; they travel in `extra`. */
function callable(tools: AcceptedBody['tools'] = []): Partial<ChatRequest> {
  return { tools: tools.map(({ name, input_schema }) => ({ name, ...(input_schema !== undefined && { parameters: input_schema }) })) }
}

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
  return joinEvents(dialect.decode?.(value) as Iterable<ChatEvent>)
}
