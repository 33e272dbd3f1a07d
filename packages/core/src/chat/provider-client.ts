import type { ChatMode, WireRequest } from '@resoftai/sdk'
import type { Ask, CallOptions, Health, ProviderClient } from '../client.ts'
import { HostError } from '../error.ts'
import { ask, askWhole, explainFailure } from './ask.ts'
import { Call } from './call.ts'
import { tryJson } from './open-reply.ts'
import { completeEmbedding, completeRequest } from './request.ts'
import { toProviderError, withRetry } from './retry.ts'
import { isDialect, type StartedProvider } from './started-provider.ts'

/** A probe must not keep a person waiting. */
const healthDeadlineMs = 15_000

/** The face of a started provider. `model`, when given, stands in for its `default_model`. */
export function providerClient(started: StartedProvider, defaultModel = started.settings.defaultModel): ProviderClient {
  const provider = { ...started, settings: { ...started.settings, defaultModel } }
  const { name, plugin, made, settings } = provider

  const askJson = async <T>(
    what: string,
    model: string,
    wire: WireRequest,
    decode: (body: unknown) => T,
    options: CallOptions & { deadlineMs?: number } = {}
  ) => {
    const call = new Call({ deadlineMs: options.deadlineMs ?? settings.deadlineMs, signal: options.signal, running: provider.running })
    try {
      return decode(await withRetry(call, provider, model, () => tryJson(provider, wire, call)))
    } catch (error) {
      throw explainFailure(toProviderError(error), provider, model === '' ? undefined : model, call.attempts)
    } finally {
      call.end()
      provider.log.info(what, {
        provider: name,
        durationMs: Math.round(performance.now() - call.startedAt),
        attempts: call.attempts.length
      })
    }
  }
  const cannot = (what: string) => new HostError('usage', `Provider ${name} (plugin ${plugin}) has no ${what}.`)

  const listModels = async (options?: CallOptions) => {
    if (!isDialect(made)) return (await made.models?.()) ?? configuredModels()
    if (made.models === undefined) return configuredModels()
    return askJson('models', '', made.models.encode(), body => made.models!.decode(body), options)
  }
  const configuredModels = () => {
    if (settings.models === undefined) throw cannot('model list')
    return settings.models.map(id => ({ id }))
  }
  const probe = async (options: CallOptions) => {
    if (!isDialect(made)) return
    const wire = made.health?.encode() ?? made.models?.encode()
    if (wire === undefined) throw cannot('cheap way to prove its health')
    await askJson('health', '', wire, () => undefined, { ...options, deadlineMs: healthDeadlineMs })
  }

  return {
    name,
    plugin,
    defaultModel: settings.defaultModel,
    chat: async (request, options) => askWhole(provider, completeRequest(provider, request), options?.signal),
    stream: (request, options) => ask(provider, completeRequest(provider, request), 'stream', options?.signal),
    async embed(request, options) {
      if (!isDialect(made) || made.embeddings === undefined) throw cannot('embeddings')
      const { embeddings } = made
      const complete = completeEmbedding(provider, request)
      return askJson('embed', complete.model, embeddings.encode(complete), body => embeddings.decode(body), options)
    },
    models: listModels,
    async health(options = {}): Promise<Health> {
      const begun = performance.now()
      const durationMs = () => Math.round(performance.now() - begun)
      try {
        await probe(options)
        return { ok: true, durationMs: durationMs() }
      } catch (error) {
        const { kind, message, hint } = error as { kind: string; message: string; hint?: string }
        return { ok: false, durationMs: durationMs(), error: { kind, message, ...(hint !== undefined && { hint }) } }
      }
    },
    encode(request: Ask, mode: ChatMode = 'stream') {
      if (!isDialect(made)) throw cannot('request to show: it answers without HTTP')
      return made.encode(completeRequest(provider, request), mode)
    }
  }
}
