import type { ChatEvent, ChatRequest, Dialect, WireRequest } from '@resoftai/sdk'
import { readEvents, testContext } from '@resoftai/sdk/testing'
import type { Config } from '../src/config.ts'
import plugin from '../src/index.ts'

/** 2026-08-25 00:00:00 in Beijing. */
const now = Date.UTC(2026, 7, 24, 16)

export async function dialectOf(config: Partial<Config> = {}): Promise<Dialect> {
  const given = { api_base: 'https://open.bigmodel.cn/api/paas/v4', ...config }
  return (await plugin.create(testContext<Config>({ config: given, secrets: ['api_key'], now }))) as Dialect
}

export async function encode(
  request: Partial<ChatRequest>,
  config: Partial<Config> = {},
  mode: 'stream' | 'whole' = 'whole'
): Promise<WireRequest & { readonly body: Readonly<Record<string, unknown>> }> {
  const dialect = await dialectOf(config)
  const wire = dialect.encode({ model: 'glm-4.7', messages: [{ role: 'user', content: 'Hi' }], ...request }, mode)
  return { ...wire, body: wire.body as Readonly<Record<string, unknown>> }
}

/** What the decoder makes of the chunks of a stream. */
export async function eventsOf(chunks: readonly unknown[]): Promise<readonly ChatEvent[]> {
  const wire = chunks.map(chunk => ({ data: JSON.stringify(chunk) }))
  return readEvents(await dialectOf(), wire)
}

export function delta(fields: Readonly<Record<string, unknown>>, finish?: string): unknown {
  return { id: '1', model: 'glm-4.7', choices: [{ index: 0, delta: fields, ...(finish !== undefined && { finish_reason: finish }) }] }
}
