import { joinHeaders, type ChatEvent, type Dialect, type EmbeddingDialect } from '@resoftai/sdk'
import { decodeEmbedding, encodeEmbedding } from './embeddings.ts'
import { encodeBody, type VendorHooks } from './encode.ts'
import { commonErrorRules, type ErrorRule, type ErrorRules } from './error-rules.ts'
import { decodeError } from './errors.ts'
import { decodeModels } from './models.ts'
import type { Quirks } from './quirks.ts'
import { createRelay } from './relay.ts'
import { createStreamDecoder } from './stream.ts'
import { decodeWhole } from './whole.ts'

export type { Warn } from './encode.ts'
export { commonErrorRules, type ErrorRule, type ErrorRules, type TextRule } from './error-rules.ts'
export type { Quirks } from './quirks.ts'
export { readUsage } from './usage.ts'

export interface OpenAIDialectOptions extends VendorHooks {
  /**
   * The absolute URL of an endpoint: `/chat/completions`, `/embeddings`, `/models` or the health path of the quirks. `model` is given for
   * services that carry it in the path (Azure).
   */
  readonly url: (path: string, model?: string) => string
  /** Sent with everything: the key, as a placeholder. */
  readonly headers: Readonly<Record<string, string>>
  readonly quirks?: Quirks
  /** Default `commonErrorRules`. A vendor with codes of its own adds them: `{...commonErrorRules, codes: new Map([...commonErrorRules.codes, …])}`. */
  readonly errors?: ErrorRules
  /** Requests and replies that are OpenAI's on both sides are passed on. Not for a dialect that changes what this one makes. Default false. */
  readonly relays?: boolean
}

/** Its whole replies come in one answer. */
export interface OpenAIDialect extends Dialect {
  decode(body: unknown): Iterable<ChatEvent>
  readonly embeddings: EmbeddingDialect
}

/** The dialect of a service that speaks the OpenAI chat API. Pure; what differs between services is in `quirks`. */
export function createOpenAIDialect(options: OpenAIDialectOptions): OpenAIDialect {
  const { url, headers, quirks = {}, errors = commonErrorRules, relays = false } = options
  const rules = withStatusKinds(errors, quirks.statusKinds)
  const reading = { thinkTags: quirks.thinkTags ?? false, errors: rules }
  const { healthPath } = quirks
  return {
    encode: (request, mode) => ({
      url: url('/chat/completions', request.model),
      headers: joinHeaders(headers, request.headers),
      ...encodeBody(request, mode, quirks, options)
    }),
    streamDecoder: () => createStreamDecoder(reading),
    decode: body => decodeWhole(body, reading),
    decodeError: (status, body) => decodeError(status, body, rules),
    // Tags are taken out of the text of replies, so nothing comes as it is.
    ...(relays && !reading.thinkTags && { relay: createRelay(quirks, options, reading) }),
    embeddings: {
      encode: request => ({
        url: url('/embeddings', request.model),
        headers: joinHeaders(headers, request.headers),
        body: encodeEmbedding(request)
      }),
      decode: body => decodeEmbedding(body, rules)
    },
    models: { encode: () => ({ url: url('/models'), headers }), decode: body => decodeModels(body, rules) },
    ...(healthPath !== undefined && { health: { encode: () => ({ url: url(healthPath), headers }) } })
  }
}

/** `https://host/v1/` and `/models` make `https://host/v1/models`; a query stays behind the path. */
export function joinUrl(base: string, path: string): string {
  const [address = '', query] = base.split('?', 2)
  return `${address.replace(/\/+$/, '')}${path}${query === undefined ? '' : `?${query}`}`
}

function withStatusKinds(rules: ErrorRules, kinds: Quirks['statusKinds'] = {}): ErrorRules {
  const more = Object.entries(kinds).map(([status, kind]): [number, ErrorRule] => [Number(status), { kind }])
  return more.length === 0 ? rules : { ...rules, statuses: new Map([...rules.statuses, ...more]) }
}
