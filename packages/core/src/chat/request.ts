import { ProviderError, type ChatRequest, type EmbeddingRequest } from '@resoftai/sdk'
import type { Ask, EmbedAsk } from '../client.ts'
import { judgeHeaders } from '../config/index.ts'
import type { StartedProvider } from './started-provider.ts'

/** The asked thing with what the configuration of the provider adds: model, headers, extra fields. The caller's own words win. */
export function completeRequest(provider: StartedProvider, ask: Ask): ChatRequest {
  // Those that are written have been looked at, and are read only where somebody must know them.
  if (ask.written === undefined && (!Array.isArray(ask.messages) || ask.messages.length === 0)) {
    throw new ProviderError('bad_request', 'A request needs at least one message.', { provider: provider.name })
  }
  return complete(provider, ask)
}

export function completeEmbedding(provider: StartedProvider, ask: EmbedAsk): EmbeddingRequest {
  if (!Array.isArray(ask.input) || ask.input.length === 0) {
    throw new ProviderError('bad_request', 'An embedding request needs at least one input text.', { provider: provider.name })
  }
  return complete(provider, ask)
}

type Completable = {
  readonly model?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly extra?: Readonly<Record<string, unknown>>
}

function complete<T extends Completable>({ name, settings }: StartedProvider, ask: T): T & { readonly model: string } {
  const model = ask.model ?? settings.defaultModel
  if (model === undefined || model === '') {
    throw new ProviderError('bad_request', `No model was named, and provider ${name} has no default_model.`, {
      provider: name,
      hint: `Name one (\`${name}/<model>\`), or set default_model. \`resoftai models ${name}\` lists them.`
    })
  }
  if (ask.headers !== undefined) checkHeaders(ask.headers)
  const headers = { ...spellHeaders(settings.headers), ...spellHeaders(ask.headers) }
  const extra = { ...settings.extra, ...ask.extra }
  return { ...ask, model, ...(hasKeys(headers) && { headers }), ...(hasKeys(extra) && { extra }) }
}

/** `HTTP_Referer`, as a config key or a keyword argument has it, is sent as `HTTP-Referer`. */
function spellHeaders(headers: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  if (headers === undefined || !hasKeys(headers)) return {}
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replaceAll('_', '-').toLowerCase(), value]))
}

function checkHeaders(headers: Readonly<Record<string, unknown>>): void {
  const [problem] = judgeHeaders(headers)
  if (problem === undefined) return
  throw new ProviderError('bad_request', `The request was not sent: header ${JSON.stringify(problem.name)} ${problem.message}.`, {
    code: 'header'
  })
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true
  return false
}
