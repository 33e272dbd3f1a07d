import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sse, wait, write } from '@resoftai/sdk/testing'
import { createHost, isProviderError, type ChatEvent, type Exchange, type Host, type ProviderClient, type Transport } from 'resoftai'
import { delta, finished, key, question, said, thought, withVendor } from './support.ts'

const long = process.env['FAULTS'] === 'long'
const randomCuts = long ? 200_000 : 5_000

const calls = (...pieces: readonly object[]) => delta({ tool_calls: pieces })
const usage = { id: 'c1', model: 'm1', choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } }

/** An object is the data of an event, a text is what stands there as it is. */
const shapes: Readonly<Record<string, readonly (string | object)[]>> = {
  text: [
    delta({ role: 'assistant', content: '' }),
    said('Hé'),
    said('llo 你好'),
    said(' 👩‍👩‍👧 😀\n\r\n'),
    said('"\\end'),
    finished(),
    usage,
    'data: [DONE]'
  ],
  noise: [
    ': hello',
    'id: 1',
    said('a'),
    ': ping',
    '',
    'retry: 10',
    said('b'),
    'event: message',
    said('😀'),
    'unknown: x',
    finished(),
    'data:[DONE]'
  ],
  reasoning: [thought('Let me '), thought('think 🤔'), said('4'), said('2'), finished(), usage],
  tools: [
    said('Wait.'),
    calls({ index: 0, id: 'a', function: { name: 'wea', arguments: '' } }),
    calls({ index: 0, function: { name: 'ther' } }, { index: 1, id: 'b', function: { name: 'now', arguments: '' } }),
    calls({ index: 0, function: { arguments: '{"city":"Zü' } }),
    calls({ index: 1, function: { arguments: '{}' } }),
    calls({ index: 0, function: { arguments: 'rich 😀"}' } }),
    finished('tool_calls'),
    usage,
    'data: [DONE]'
  ],
  'no end mark': [said('Hel'), said('lo'), finished('length')],
  'no reason': [said('Hel'), said('lo'), 'data: [DONE]'],
  failure: [said('Hel'), 'event: error', { error: { message: 'Too much. 太多', code: 'odd' } }]
}

interface Body {
  readonly name: string
  readonly bytes: Buffer
  /** From this byte on the reply is whole: behind the reason to finish, or the end mark where there is none. */
  readonly wholeAt: number
}

/** `ends` are the line ends of the events by turns. Where they are mixed, a byte order mark and data in several lines come with them. */
function bodyOf(name: string, ends: readonly string[]): Body {
  const isMixed = ends.length > 1
  let text = isMixed ? '\ufeff' : ''
  let wholeAt = Infinity
  for (const [at, item] of (shapes[name] ?? []).entries()) {
    const end = ends[at % ends.length] ?? '\n'
    const data = typeof item === 'string' ? item : JSON.stringify(item, null, isMixed ? 1 : 0).replaceAll(/^/gm, 'data: ')
    text += data.replaceAll('\n', end)
    if (wholeAt === Infinity && /"finish_reason": ?"|\[DONE\]/.test(data)) wholeAt = Buffer.byteLength(text)
    text += typeof item === 'string' && !item.endsWith('[DONE]') ? end : end + end
  }
  return { name, bytes: Buffer.from(text), wholeAt }
}

const lineEnds: Readonly<Record<string, readonly string[]>> = { LF: ['\n'], CRLF: ['\r\n'], CR: ['\r'], mixed: ['\n', '\r\n', '\r'] }
const bodies = Object.entries(lineEnds).flatMap(([label, ends]) =>
  Object.keys(shapes).map(name => ({ ...bodyOf(name, ends), name: `${name}, ${label}` }))
)

/** Small and repeatable, so that a failing case can be found again by its number. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

function cutAt(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length]
  return edges.slice(1).map((end, at) => bytes.subarray(edges[at], end))
}

/** Now and then every byte is a piece of its own. */
const isInBytes = (seed: number) => seed % 100 === 0

function cutRandomly(bytes: Buffer, seed: number): readonly Buffer[] {
  if (isInBytes(seed)) return cutAt(bytes, [...bytes.keys()])
  const random = randomFrom(seed)
  return cutAt(
    bytes,
    Array.from({ length: Math.floor(random() * 9) }, () => Math.floor(random() * (bytes.length + 1)))
  )
}

interface Outcome {
  readonly events: readonly ChatEvent[]
  readonly error?: {
    readonly kind: string
    readonly code: string | undefined
    readonly message: string
    readonly partial: string | undefined
  }
}

async function read(provider: ProviderClient): Promise<Outcome> {
  const events: ChatEvent[] = []
  try {
    for await (const event of provider.stream(question)) events.push(event)
  } catch (error) {
    if (!isProviderError(error)) throw error
    const { kind, code, message, partial } = error
    return { events, error: { kind, code, message, partial } }
  }
  return { events }
}

/** The whole host over a transport without sockets, so that hundreds of thousands of answers take seconds. */
let next: readonly Buffer[] = []
const transport: Transport = {
  async send(): Promise<Exchange> {
    const pieces = [...next]
    return {
      phase: 'body',
      response: Promise.resolve({ status: 200, headers: { 'content-type': 'text/event-stream' } }),
      read: async () => pieces.shift(),
      abort() {},
      release() {}
    }
  },
  async close() {}
}
const vendor = { plugin: 'openai-compatible', api_base: 'http://127.0.0.1/v1', api_key: key, default_model: 'm1', max_retries: 0 }
const home = mkdtempSync(join(tmpdir(), 'resoftai-cuts-'))
let host: Host
let provider: ProviderClient

async function readPieces(pieces: readonly Buffer[]): Promise<Outcome> {
  next = pieces
  const outcome = await read(provider)
  // An estimate depends on what was learned from the replies before.
  return { ...outcome, events: outcome.events.filter(event => event.type !== 'usage' || event.usage.estimated !== true) }
}

/** One after the other: there is one place for what comes next. */
async function readWhole(asked: readonly Body[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { bytes } of asked) outcomes.push(await readPieces([bytes]))
  return outcomes
}

beforeAll(async () => {
  host = await createHost({
    env: {},
    cwd: home,
    home,
    config: { providers: { vendor }, log: { level: 'silent' } },
    overrides: { transport }
  })
  provider = await host.provider('vendor')
})
afterAll(async () => {
  await host.close()
  rmSync(home, { recursive: true, force: true })
})

describe('a stream of server-sent events', () => {
  test('reads the same whatever its line ends are', async () => {
    for (const name of Object.keys(shapes)) {
      const outcomes = await readWhole(bodies.filter(body => body.name.startsWith(`${name}, `)))
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
      expect(outcomes[0]?.error?.kind).toBe(name === 'failure' ? 'server' : undefined)
    }
  })

  test(`S08 reads the same in ${randomCuts} random cuts, with LF, CRLF, CR and mixed line ends`, async () => {
    const whole = (await readWhole(bodies)).map(outcome => JSON.stringify(outcome))
    for (let seed = 1; seed <= randomCuts; seed++) {
      const at = seed % bodies.length
      const { name, bytes } = bodies[at] as Body
      const outcome = await readPieces(cutRandomly(bytes, seed))
      if (JSON.stringify(outcome) !== whole[at])
        expect({ seed, name, outcome }).toEqual({ seed, name, outcome: JSON.parse(whole[at] ?? '') })
    }
  }, 600_000)

  /** What a cut body may leave out of a finished reply. */
  const spoken = ({ events }: Outcome) => events.filter(({ type }) => type !== 'usage' && type !== 'warning')

  test.each(bodies.filter(({ name }) => long || /, LF$|mixed$/.test(name)))(
    'N13 every prefix of it is truncated, or has all that was said ($name)',
    async ({ name, bytes, wholeAt }) => {
      const whole = await readPieces([bytes])
      const seen = new Set<string>()
      for (let length = 0; length < bytes.length; length++) {
        const outcome = await readPieces([bytes.subarray(0, length)])
        const { events, error } = outcome
        const place = { name, length }
        if (length >= wholeAt) {
          expect({ ...place, error, spoken: spoken(outcome) }).toEqual({ ...place, error: undefined, spoken: spoken(whole) })
          seen.add('finished')
        } else {
          const isEmpty = /^[\s\ufffd]*$/.test(bytes.subarray(0, length).toString())
          expect(isEmpty ? ['protocol'] : ['truncated', whole.error?.kind]).toContainEqual(error?.kind)
          expect({ ...place, events }).toEqual({ ...place, events: whole.events.slice(0, events.length) })
          seen.add('cut')
        }
      }
      expect([...seen]).toEqual(wholeAt < bytes.length ? ['cut', 'finished'] : ['cut'])
    }
  )
})

test('S08 reads the same over a socket, in some hundred cuts', async () => {
  const body = bodies.find(({ name }) => name === 'tools, mixed') as Body
  const seeds = Array.from({ length: 200 }, (_, at) => at + 1).filter(seed => !isInBytes(seed))
  const answers = seeds.map(seed =>
    sse(
      cutRandomly(body.bytes, seed).flatMap(piece => [write(piece), wait(0)]),
      { done: false }
    )
  )
  await using client = await withVendor(answers, { settings: { max_retries: 0 } })
  const whole = await readPieces([body.bytes])
  for (const seed of seeds) expect({ seed, ...(await read(client.provider)) }).toEqual({ seed, ...whole })
})
