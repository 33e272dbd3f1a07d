import type { ChatMode } from '@resoftai/sdk'
import type { Ask, CallOptions, Health, ProviderClient } from '../client.ts'
import { HostError } from '../error.ts'
import type { ResponseHead } from '../transport/index.ts'
import { askJson } from './ask-json.ts'
import { ask, askWhole } from './ask.ts'
import { embed } from './embed.ts'
import { completeRequest } from './request.ts'
import type { Target } from './route.ts'
import { refuseChanges } from './say-changes.ts'
import { isDialect, type StartedProvider } from './started-provider.ts'

/** A probe must not keep a person waiting. */
const healthDeadlineMs = 15_000

const nothing: Target['after'] = new Set()

export function targetOf(provider: StartedProvider, asked: Ask, after = nothing): Target {
  return { provider, request: completeRequest(provider, asked), after }
}

/** The face of a started provider. `model`, when given, stands in for its `default_model`. */
export function providerClient(started: StartedProvider, defaultModel = started.settings.defaultModel): ProviderClient {
  const provider = { ...started, settings: { ...started.settings, defaultModel } }
  const { name, plugin, made, settings } = provider

  const cannot = (what: string) => new HostError('usage', `Provider ${name} (plugin ${plugin}) has no ${what}.`)

  const listModels = async (options?: CallOptions) => {
    if (!isDialect(made)) return (await made.models?.()) ?? configuredModels()
    if (made.models === undefined) return configuredModels()
    return askJson(provider, { what: 'models', model: '', wire: made.models.encode(), decode: body => made.models!.decode(body) }, options)
  }
  const configuredModels = () => {
    if (settings.models === undefined) throw cannot('model list')
    return settings.models.map(id => ({ id }))
  }
  const probe = async (options: CallOptions, seeHead: (head: ResponseHead) => void) => {
    if (!isDialect(made)) return
    const wire = made.health?.encode() ?? made.models?.encode()
    if (wire === undefined) throw cannot('cheap way to prove its health')
    await askJson(provider, { what: 'health', model: '', wire, decode: () => undefined, deadlineMs: healthDeadlineMs, seeHead }, options)
  }

  return {
    name,
    plugin,
    defaultModel: settings.defaultModel,
    chat: async (request, options) => askWhole([targetOf(provider, request)], options),
    stream: (request, options) => ask([targetOf(provider, request)], 'stream', options),
    relays: asked => isDialect(made) && made.relay?.takes(completeRequest(provider, asked)) === true,
    async embed(request, options) {
      if (!isDialect(made) || made.embeddings === undefined) throw cannot('embeddings')
      return embed(provider, made.embeddings, request, options)
    },
    models: listModels,
    async countTokens(asked, options) {
      const request = completeRequest(provider, asked)
      const tokens = isDialect(made) ? made.tokens : undefined
      if (tokens === undefined) {
        const { countExactly } = await import('../tokens/index.ts')
        const counted = await countExactly(request, request.model)
        if (counted === undefined) throw cannot('endpoint that counts tokens')
        return counted
      }
      return askJson(
        provider,
        { what: 'count tokens', model: request.model, wire: tokens.encode(request), decode: body => tokens.decode(body) },
        options
      )
    },
    estimateTokens: async asked => provider.estimate.ofRequest(completeRequest(provider, asked)),
    async health(options = {}): Promise<Health> {
      const begun = performance.now()
      let clockSkewMs: number | undefined
      const seeHead = ({ headers }: ResponseHead) => (clockSkewMs = readClockSkew(headers, provider.clock()) ?? clockSkewMs)
      const seen = () => ({ durationMs: Math.round(performance.now() - begun), ...(clockSkewMs !== undefined && { clockSkewMs }) })
      try {
        await probe(options, seeHead)
        return { ok: true, ...seen() }
      } catch (error) {
        const { kind, code, message, hint } = error as { kind: string; code?: string; message: string; hint?: string }
        const words = { kind, ...(code !== undefined && { code }), message, ...(hint !== undefined && { hint }) }
        return { ok: false, ...seen(), error: words }
      }
    },
    encode(asked: Ask, mode: ChatMode = 'stream', { strict = settings.strict }: Pick<CallOptions, 'strict'> = {}) {
      if (!isDialect(made)) throw cannot('request to show: it answers without HTTP')
      const request = completeRequest(provider, asked)
      const wire = made.encode(request, mode)
      if (strict) refuseChanges(wire)
      return wire
    }
  }
}

/** How far `now` is ahead of the vendor's clock. What a cache had kept says how old it is. */
function readClockSkew({ date = '', age = '0' }: ResponseHead['headers'], now: number): number | undefined {
  const told = Date.parse(date) + Number(age) * 1000
  return Number.isNaN(told) ? undefined : now - told
}
