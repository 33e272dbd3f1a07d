import type { ChatMode, Dialect, WireRequest } from '../../dialect.ts'
import { isProviderError } from '../../error.ts'
import type { ChatRequest } from '../../request.ts'
import { difference, isPlain, show } from './difference.ts'
import { sampleRequests } from './sample-requests.ts'
import type { CheckOptions, Golden, Judge } from './types.ts'

/** What is sent: as promised, always the same for the same request, well formed, and without a secret where it could be seen. */
export function encodeChecks(dialect: Dialect, options: CheckOptions): [string, Judge][] {
  const { goldens = [] } = options
  const samples = [...goldens, ...samplesFor(dialect)]
  return [
    ...goldens.map((golden): [string, Judge] => [`golden ${golden.name}`, () => matchGolden(dialect, golden)]),
    ['encode is pure', () => first(samples, sample => findImpurity(dialect, sample))],
    ['requests are well formed', () => first(wireRequests(dialect, samples), ([name, wire]) => prefix(name, findMalformed(wire)))],
    ['secrets stay in headers', () => first(wireRequests(dialect, samples), ([name, wire]) => prefix(name, findSecret(wire, options)))]
  ]
}

type Sample = Pick<Golden, 'name' | 'request' | 'mode'>

function samplesFor(dialect: Dialect): Sample[] {
  const modes: ChatMode[] = dialect.decode === undefined ? ['stream'] : ['stream', 'whole']
  return Object.entries(sampleRequests).flatMap(([name, request]) => modes.map(mode => ({ name: `${name} (${mode})`, request, mode })))
}

function matchGolden(dialect: Dialect, { request, mode, expect }: Golden): string | undefined {
  const { method = defaultMethod(expect), warnings = [], ...wire } = overTheWire(dialect.encode(structuredClone(request), mode))
  const { method: expectedMethod = defaultMethod(expect), warnings: expectedWarnings = [], ...expected } = overTheWire(expect)
  return difference({ ...wire, method, warnings }, { ...expected, method: expectedMethod, warnings: expectedWarnings })
}

function defaultMethod(wire: WireRequest): 'GET' | 'POST' {
  return wire.body === undefined ? 'GET' : 'POST'
}

/** The same, its body as JSON makes it. */
function overTheWire(wire: WireRequest): WireRequest {
  return wire.body === undefined ? wire : { ...wire, body: JSON.parse(JSON.stringify(wire.body)) as unknown }
}

/** A dialect may refuse a request, but only as a `ProviderError`. */
function tryEncode(dialect: Dialect, request: ChatRequest, mode: ChatMode): WireRequest | undefined {
  try {
    return dialect.encode(request, mode)
  } catch (error) {
    if (isProviderError(error)) return undefined
    throw error
  }
}

function findImpurity(dialect: Dialect, { name, request, mode }: Sample): string | undefined {
  const frozen = deepFreeze(structuredClone(request))
  const one = tryEncode(dialect, frozen, mode)
  const two = tryEncode(dialect, frozen, mode)
  return prefix(name, difference(two, one))
}

/** Each request is a copy: a dialect that changes it must spoil neither the next check nor the next dialect. */
function wireRequests(dialect: Dialect, samples: readonly Sample[]): (readonly [string, WireRequest])[] {
  const chats = samples.map(({ name, request, mode }) => [name, tryEncode(dialect, structuredClone(request), mode)] as const)
  const others = [
    ['models', dialect.models?.encode()],
    ['health', dialect.health?.encode()],
    ['embeddings', dialect.embeddings?.encode({ model: 'some-model', input: ['one', '二'] })]
  ] as const
  return [...chats, ...others].flatMap(([name, wire]) => (wire === undefined ? [] : [[name, wire] as const]))
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// eslint-disable-next-line no-control-regex -- control characters are what a header must not hold
const headerValue = /^[^\u0000-\u0008\u000A-\u001F\u007F]*$/

function findMalformed({ method, url, headers, body }: WireRequest): string | undefined {
  if (!URL.canParse(url) || !/^https?:/.test(url)) return `the URL ${show(url)} is not an absolute http(s) URL`
  if (method === 'GET' && body !== undefined) return 'a GET with a body'
  if (body !== undefined && JSON.stringify(body) === undefined) return 'the body is no JSON value'
  if (!isPlain(headers)) return 'the headers are no object'
  for (const [name, value] of Object.entries(headers)) {
    if (!headerName.test(name) || typeof value !== 'string' || !headerValue.test(value))
      return `the header ${show(name)} cannot be sent: ${show(value)}`
  }
  return undefined
}

function findSecret({ url, body }: WireRequest, { secrets = [], secretQuery = [] }: CheckOptions): string | undefined {
  const address = new URL(url)
  for (const name of secretQuery) address.searchParams.delete(name)
  const places = { URL: [address.href, decodeURIComponent(address.href)], body: [JSON.stringify(body ?? null)] }
  for (const field of secrets) {
    const forms = [`secret:${field}`, Buffer.from(placeholder(field)).toString('base64').replace(/=+$/, '')]
    const place = Object.entries(places).find(([, texts]) => texts.some(text => forms.some(form => text.includes(form))))
    if (place !== undefined) return `the secret ${field} is in the ${place[0]}`
  }
  return undefined
}

/** What stands for a secret until the socket. */
export function placeholder(field: string): string {
  return `{{secret:${field}}}`
}

export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}

/** The first complaint. */
export function first<Item>(items: Iterable<Item>, judge: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const complaint = judge(item)
    if (complaint !== undefined) return complaint
  }
  return undefined
}

export function prefix(name: string, complaint: string | undefined): string | undefined {
  return complaint === undefined ? undefined : `${name}: ${complaint}`
}
