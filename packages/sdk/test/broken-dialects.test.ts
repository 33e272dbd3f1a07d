import { afterEach, describe, expect, test } from '@jest/globals'
import {
  isFollowUp,
  ProviderError,
  type ChatEvent,
  type Dialect,
  type ProviderDefinition,
  type StreamDecoder,
  type WireRequest
} from '@resoftai/sdk'
import { checkDialect, type Check, type CheckOptions } from '../src/testing/index.ts'
import { parse, sound, soundOptions, type SoundConfig } from './sound-dialect.ts'

type Sound = Dialect & Required<Pick<Dialect, 'decode' | 'decodeError' | 'models'>>
type Spoil = (good: Sound, config: SoundConfig) => Partial<Dialect>

function spoiled(spoil: Spoil): ProviderDefinition<SoundConfig> {
  return {
    async create(context) {
      const good = (await sound.create(context)) as Sound
      const parts = spoil(good, context.config)
      return { ...good, ...parts }
    }
  }
}

async function failuresOf(definition: ProviderDefinition<SoundConfig>, more: CheckOptions = {}): Promise<readonly Check[]> {
  const { ok, checks } = await checkDialect(definition, { ...soundOptions, ...more })
  const failed = checks.filter(({ status }) => status === 'failed')
  expect(ok).toBe(failed.length === 0)
  return failed
}

/** Another reader, made of the good one. */
const onStream =
  (make: (decode: StreamDecoder) => StreamDecoder): Spoil =>
  good => ({ streamDecoder: () => make(good.streamDecoder()) })

/** What becomes of the events that the good reader gives. */
const rereading = (change: (events: ChatEvent[]) => Iterable<ChatEvent>): Spoil =>
  onStream(decode => event => {
    const meaning = decode(event)
    return meaning === 'done' ? meaning : change([...meaning])
  })

const resending =
  (change: (wire: WireRequest, config: SoundConfig) => WireRequest): Spoil =>
  (good, config) => ({ encode: (request, mode) => change(good.encode(request, mode), config) })

const wholeOf = (good: Sound, body: unknown): ChatEvent[] => {
  const meaning = good.decode(body)
  return isFollowUp(meaning) ? [] : [...meaning]
}

let calls = 0
afterEach(() => void Reflect.deleteProperty(Object.prototype, 'polluted'))

/** Each breaks one rule, and the check that must find it. */
const broken: Readonly<Record<string, readonly [check: string, spoil: Spoil]>> = {
  'finishes with every piece': [
    'finish: cut at every byte (N13, N14)',
    rereading(events => (events.length === 0 ? events : [...events, { type: 'finish', reason: 'stop' }]))
  ],
  'begins with a reason to finish': [
    'finish: no reason to finish is made up (N16, N17)',
    onStream(decode => event => (event.data === '[DONE]' ? [{ type: 'finish', reason: 'stop' }] : decode(event)))
  ],
  'finishes twice, for two reasons': [
    'finish: one finish',
    rereading(events =>
      events.flatMap((event): ChatEvent[] => (event.type === 'finish' ? [event, { ...event, reason: 'length' }] : [event]))
    )
  ],
  'never finishes': [
    'finish: one finish',
    onStream(decode => event => {
      const meaning = decode(event)
      return meaning === 'done' ? [] : [...meaning].filter(({ type }) => type !== 'finish')
    })
  ],
  'takes a repeated end for a failure': [
    'finish: the last event twice (S10)',
    onStream(decode => {
      let over = false
      return event => {
        const meaning = decode(event)
        if (over && meaning !== 'done') throw new ProviderError('protocol', 'After the end.')
        over ||= meaning !== 'done' && [...meaning].some(({ type }) => type === 'finish')
        return meaning
      }
    })
  ],
  'reads junk behind the end as text': [
    'finish: junk after the end (S10)',
    onStream(decode => event => {
      if (event.data === '[DONE]') return []
      return event.data === 'junk' ? [{ type: 'text', text: 'junk' }] : decode(event)
    })
  ],
  'loses a tool call': [
    'replies: fixture calls',
    rereading(events => events.filter(event => event.type !== 'tool_call' || event.index === 0))
  ],
  'gives two calls one id': [
    'tools: each call has a name, and an id of its own (S14)',
    rereading(events => events.map(event => (event.type === 'tool_call' && event.id !== undefined ? { ...event, id: 'a' } : event)))
  ],
  'calls it a stop when tools are called': [
    'tools: calls and the reason to finish agree (S17)',
    rereading(events => events.map(event => (event.type === 'finish' ? { ...event, reason: 'stop' } : event)))
  ],
  'repairs arguments that were cut': [
    'tools: arguments that stop in the middle stay as they are (S15)',
    onStream(decode => {
      let text = ''
      return event => {
        const meaning = decode(event)
        if (meaning === 'done') return meaning
        return [...meaning].flatMap((one): ChatEvent[] => {
          if (one.type === 'tool_call' && one.index === 0) text += one.arguments ?? ''
          const isTorn = one.type === 'finish' && text.endsWith(':')
          return isTorn ? [{ type: 'tool_call', index: 0, arguments: '"Paris"}' }, one] : [one]
        })
      }
    })
  ],
  'tells the text again at the end': [
    'replies: fixture text',
    onStream(decode => {
      let text = ''
      return event => {
        const meaning = decode(event)
        if (meaning === 'done') return meaning
        const events = [...meaning]
        for (const one of events) if (one.type === 'text') text += one.text
        return events.some(({ type }) => type === 'finish') ? [{ type: 'text', text }, ...events] : events
      }
    })
  ],
  'loses what is in a frame': [
    'stream: frames tell what a stream tells without them',
    good => ({
      relay: {
        takes: () => true,
        streamDecoder() {
          const decode = good.streamDecoder()
          return event => {
            const meaning = decode(event)
            return meaning === 'done'
              ? meaning
              : [{ type: 'frame', data: event.data, events: [...meaning].filter(({ type }) => type !== 'text') }]
          }
        },
        decode: body => wholeOf(good, body)
      }
    })
  ],
  'loses the usage of a whole reply in its frame': [
    'stream: a frame tells what a whole reply tells without it',
    good => ({
      relay: {
        takes: () => true,
        streamDecoder: () => good.streamDecoder(),
        decode: (body, data) => [{ type: 'frame', data, events: wholeOf(good, body).filter(({ type }) => type !== 'usage') }]
      }
    })
  ],
  'says another thing whole than in pieces': [
    'replies: pair text, whole = text',
    good => ({ decode: body => wholeOf(good, body).map(event => (event.type === 'finish' ? { ...event, reason: 'length' } : event)) })
  ],
  'adds usage up': [
    'usage: usage that is told twice is not added up',
    onStream(decode => {
      let sum = 0
      return event => {
        const meaning = decode(event)
        if (meaning === 'done') return meaning
        return [...meaning].map(one =>
          one.type === 'usage' ? { ...one, usage: { outputTokens: (sum += one.usage.outputTokens ?? 0) } } : one
        )
      }
    })
  ],
  'believes every number': [
    'usage: what is no count is no usage (S21)',
    onStream(decode => event => {
      const meaning = decode(event)
      const { spent } = meaning === 'done' ? {} : parse(event.data)
      const { out } = Object(spent) as { readonly out?: number }
      return meaning === 'done' || typeof out !== 'number' ? meaning : [...meaning, { type: 'usage', usage: { outputTokens: out } }]
    })
  ],
  'fails for a bad number': [
    'usage: what is no count is no usage (S21)',
    good => ({
      decode(body) {
        const { spent } = Object(body) as { readonly spent?: { readonly out?: unknown } }
        if (spent?.out !== undefined && typeof spent.out !== 'number') throw new ProviderError('protocol', 'A bad number.')
        return good.decode(body)
      }
    })
  ],
  'swallows errors inside a stream': [
    'errors: fixture busy inside',
    onStream(decode => event => {
      try {
        return decode(event)
      } catch {
        return []
      }
    })
  ],
  'sees an error only as the last event': [
    'errors: an error inside the stream (H29, H31)',
    onStream(decode => {
      let said = 0
      return event => {
        if (said++ === 0 && 'fault' in (event.data === '[DONE]' ? {} : parse(event.data))) return []
        return decode(event)
      }
    })
  ],
  'skips what is no JSON': [
    'errors: an event that is no JSON (S11)',
    onStream(decode => event => (event.data.endsWith('}') || event.data === '[DONE]' ? decode(event) : []))
  ],
  'takes {} for a reply': [
    'errors: what is no reply is taken for none (N34, N45)',
    good => ({ decode: body => [...wholeOf(good, body), { type: 'finish', reason: 'stop' }] })
  ],
  'asks for more when there is nothing': [
    'errors: what is no reply is taken for none (N34, N45)',
    good => ({
      decode(body) {
        const events = wholeOf(good, body)
        return events.length > 0 ? events : { next: { url: 'https://sound.example/v1/poll', headers: {} }, decode: () => events }
      }
    })
  ],
  'sees a failure in a good answer': [
    'errors: a good answer is no error',
    () => ({ decodeError: (_status, body) => ('say' in (Object(body) as object) ? new ProviderError('server', 'x') : undefined) })
  ],
  'gives an error that is none': [
    'errors: error answers of every status (H01-H33)',
    () => ({ decodeError: () => new Error('x') as ProviderError })
  ],
  'waits for NaN milliseconds': [
    'errors: error answers of every status (H01-H33)',
    () => ({
      decodeError: (_status, _body, headers) =>
        headers.has('retry-after') ? new ProviderError('rate_limit', 'x', { retryAfterMs: Number(headers.get('retry-after')) }) : undefined
    })
  ],
  'puts the key into the query': [
    'secrets: secrets stay in headers',
    resending((wire, { api_key }) => ({ ...wire, url: `${wire.url}?key=${api_key}` }))
  ],
  'puts the key into the path': [
    'secrets: secrets stay in headers',
    resending((wire, { api_key }) => ({ ...wire, url: `${wire.url}/${encodeURIComponent(api_key)}` }))
  ],
  'puts the key into the body': [
    'secrets: secrets stay in headers',
    resending((wire, { api_key }) => ({ ...wire, body: { ...(wire.body as object), auth: { api_key } } }))
  ],
  'encodes the key': [
    'secrets: secrets stay in headers',
    resending((wire, { api_key }) => ({
      ...wire,
      headers: { authorization: `Basic ${Buffer.from(`user:${api_key}`).toString('base64')}` }
    }))
  ],
  'cuts the key': [
    'secrets: secrets stay in headers',
    resending((wire, { api_key }) => ({ ...wire, headers: { authorization: api_key.slice(0, -1) } }))
  ],
  'warns of a key': [
    'secrets: secrets stay in headers',
    resending((wire, { api_key }) => ({ ...wire, warnings: [`The key is ${api_key}.`] }))
  ],
  'quotes the key in an error': [
    'secrets: no reply or error tells a secret',
    (_good, { api_key }) => ({
      decodeError: (_status, body) => ('fault' in Object(body) ? new ProviderError('overloaded', `Not with ${api_key}.`) : undefined)
    })
  ],
  'sends elsewhere': [
    'encode: requests go to the hosts of the manifest',
    resending(wire => ({ ...wire, url: wire.url.replace('sound.example', 'other.example') }))
  ],
  'sends a header twice': [
    'encode: requests are well formed',
    resending(wire => ({ ...wire, headers: { ...wire.headers, Authorization: 'x' } }))
  ],
  'sends what is no JSON': [
    'encode: requests are well formed',
    resending(wire => ({ ...wire, body: { ...(wire.body as object), at: new Date(0) } }))
  ],
  'knows which extra fields are good': [
    'encode: extra fields and headers arrive unchanged',
    good => ({ encode: ({ extra: _extra, ...request }, mode) => good.encode(request, mode) })
  ],
  'counts its requests': [
    'purity: encode is pure',
    resending(wire => ({ ...wire, headers: { ...wire.headers, 'x-request-id': String(calls++) } }))
  ],
  'reads the clock': [
    'purity: encode is pure',
    resending(wire => ({ ...wire, headers: { ...wire.headers, 'x-date': String(Date.now()) } }))
  ],
  'changes the request': [
    'purity: encode is pure',
    good => ({
      encode(request, mode) {
        ;(request.messages as unknown[]).push({ role: 'system', content: 'Be kind.' })
        return good.encode(request, mode)
      }
    })
  ],
  'remembers what another provider was asked': [
    'purity: encode is pure',
    (() => {
      let made = 0
      return good => {
        const own = made++
        return { encode: (request, mode) => ({ ...good.encode(request, mode), url: `https://sound.example/v1/talk/${own}` }) }
      }
    })()
  ],
  'shares state between streams': [
    'purity: each stream has its own decoder',
    good => {
      let pieces = 0
      return {
        streamDecoder() {
          const decode = good.streamDecoder()
          return event => {
            const meaning = decode(event)
            return meaning === 'done' ? meaning : [...meaning, { type: 'warning', message: `piece ${pieces++}` }]
          }
        }
      }
    }
  ],
  'reads in another way the second time': [
    'purity: decode is pure',
    good => {
      let read = 0
      return { decode: body => [...wholeOf(good, body), { type: 'warning', message: `reply ${read++}` }] }
    }
  ],
  'expects one line of JSON': [
    'stream: JSON over several lines (S06)',
    onStream(decode => event => (event.data.includes('\n') ? [] : decode(event)))
  ],
  'knows every event': [
    'stream: unknown events in between (S07)',
    onStream(decode => event => {
      if (event.event !== undefined) throw new ProviderError('protocol', 'An event with a name.')
      return decode(event)
    })
  ],
  'knows every field': [
    'stream: unknown fields in every object (H32)',
    onStream(decode => event => (event.data !== '[DONE]' && Object.keys(parse(event.data)).length > 2 ? [] : decode(event)))
  ],
  'throws a TypeError at junk': [
    'junk: survives junk (S11, S20)',
    () => ({
      models: { encode: () => ({ url: 'https://sound.example/v1/voices', headers: {} }), decode: body => (body as { voices: [] }).voices }
    })
  ],
  'throws a TypeError at half of an answer': [
    'junk: survives corrupted streams',
    onStream(decode => event => {
      const { call } = (event.data === '[DONE]' ? {} : parse(event.data)) as { readonly call?: { readonly name: string } }
      if (call !== undefined) void call.name?.trim()
      return decode(event)
    })
  ],
  'makes events that are none': [
    'junk: survives corrupted replies',
    good => ({
      decode(body) {
        const { say } = Object(body) as { readonly say?: string }
        return [...wholeOf(good, body), ...(say === undefined ? [] : [{ type: 'reasoning', text: say } as const])]
      }
    })
  ],
  'pollutes a prototype': [
    'junk: pollutes no prototype (S19)',
    good => ({
      decode(body) {
        merge({}, body)
        return good.decode(body)
      }
    })
  ],
  'promises what it has not': ['provides: models', good => (Reflect.deleteProperty(good, 'models'), {})]
}

function merge(target: Record<string, unknown>, source: unknown): void {
  if (typeof source !== 'object' || source === null) return
  for (const [key, part] of Object.entries(source)) {
    const into = target[key]
    if (typeof into === 'object' && into !== null) merge(into as Record<string, unknown>, part)
    else target[key] = part
  }
}

describe('the suite', () => {
  test('finds nothing in a sound dialect', async () => {
    expect(await failuresOf(sound)).toEqual([])
  })

  test.each(Object.entries(broken))('finds a dialect that %s', async (_, [check, spoil]) => {
    const failed = (await failuresOf(spoiled(spoil))).map(({ group, name }) => `${group}: ${name}`)
    expect(failed).toContain(check)
  })
})
