import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { fakeService, type FakeService, type Respond } from '@resoftai/sdk/testing'
import { createHost, isProviderError, type ChatEvent, type Host, type HostOptions, type ProviderClient, type ProviderError } from 'resoftai'

export const key = 'sk-canary-0123456789abcdef'

/** The whole host with one provider, `vendor`, that speaks the OpenAI chat API to `address`. */
export interface Client extends AsyncDisposable {
  readonly host: Host
  readonly provider: ProviderClient
}

export interface Vendor extends Client {
  readonly service: FakeService
}

export interface HostSetup {
  /** Fields of the provider's entry. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Other keys of the host's configuration. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly overrides?: HostOptions['overrides']
  readonly pluginPaths?: readonly string[]
}

export async function connect(
  address: string,
  { settings = {}, config = {}, env = {}, overrides = {}, pluginPaths = [] }: HostSetup = {}
): Promise<Client> {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-faults-'))
  const vendor = { plugin: 'openai-compatible', api_base: address, api_key: key, default_model: 'm1', ...settings }
  const { providers, ...rest } = config as { readonly providers?: Readonly<Record<string, unknown>> }
  const whole = { providers: { vendor, ...providers }, log: { level: 'silent' }, ...rest }
  const host = await createHost({ env, cwd: home, home, config: whole, overrides, pluginPaths })
  return {
    host,
    provider: await host.provider('vendor'),
    async [Symbol.asyncDispose]() {
      await host.close()
      rmSync(home, { recursive: true, force: true })
    }
  }
}

/** The same, with a vendor that answers as scripted. */
export async function withVendor(respond: Respond, setup?: HostSetup): Promise<Vendor> {
  const service = await fakeService(respond)
  const client = await connect(service.url, setup)
  return {
    ...client,
    service,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await service.close()
    }
  }
}

export const question = { messages: [{ role: 'user' as const, content: 'Hello' }] }

/** Chunks of a stream as the OpenAI chat API sends them. */
export function delta(fields: Readonly<Record<string, unknown>>, finish: string | null = null): object {
  return {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm1',
    choices: [{ index: 0, delta: fields, finish_reason: finish }]
  }
}
export const said = (content: string) => delta({ content })
export const thought = (reasoning: string) => delta({ reasoning_content: reasoning })
export const finished = (reason = 'stop') => delta({}, reason)

/** A whole reply of the same API. */
export function completion(content: string, more: Readonly<Record<string, unknown>> = {}): object {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  return { id: 'c1', object: 'chat.completion', created: 1, model: 'm1', choices, usage, ...more }
}

export function vendorError(message: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { error: { message, ...more } }
}

export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await call.then(
    value => new Error(`expected a failure, got ${inspect(value)}`),
    (reason: unknown) => reason
  )
  if (!isProviderError(error)) throw error
  return error
}

/** Reads a stream to its end, whatever the end is. */
export async function readAll(
  events: AsyncIterable<ChatEvent>
): Promise<{ readonly events: readonly ChatEvent[]; readonly text: string; readonly error: ProviderError | undefined }> {
  const seen: ChatEvent[] = []
  let error: ProviderError | undefined
  try {
    for await (const event of events) seen.push(event)
  } catch (reason) {
    if (!isProviderError(reason)) throw reason
    error = reason
  }
  let text = ''
  for (const event of seen) {
    if (event.type === 'text') text += event.text
    if (event.type === 'restart') text = ''
  }
  return { events: seen, text, error }
}
