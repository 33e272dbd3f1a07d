import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from '../../cli/test/cli-process.ts'
import type { Running } from './serve-process.ts'
import { until, vendorKey } from './support.ts'

export const configFile = ({ cwd }: Sandbox) => join(cwd, 'resoftai.config.json')

/** A provider that is written into a configuration. */
export const provider = (url: string, fields: object = {}) => ({
  plugin: 'openai-compatible',
  api_base: `${url}/v1`,
  api_key: vendorKey,
  default_model: 'm1',
  max_retries: 0,
  breaker: { failures: 0 },
  ...fields
})

/** Writes into the file that is there. */
export function rewrite(sandbox: Sandbox, config: object): void {
  writeFileSync(configFile(sandbox), JSON.stringify({ log: { level: 'info' }, ...config }, null, 2))
}

export interface Line {
  readonly level: string
  readonly message: string
  readonly problems?: readonly { readonly file?: string; readonly line?: number; readonly path?: string; readonly message: string }[]
  readonly [field: string]: unknown
}

export function linesOf({ stderr }: Running): readonly Line[] {
  return stderr()
    .split('\n')
    .slice(0, -1)
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Line)
}

/** What was said about each time that the configuration was read again. */
export function reloadsOf(running: Running): readonly Line[] {
  return linesOf(running).filter(({ message }) => message.startsWith('The configuration was read again'))
}

/** Does something to the configuration, and waits until it was read again. */
export async function reloaded(running: Running, change: () => void): Promise<Line> {
  const before = reloadsOf(running).length
  change()
  await until(() => reloadsOf(running).length > before)
  return reloadsOf(running).at(-1)!
}

/** Asks with a key; `null`: without one. Again where the machine has too much else to do, which is no fault of a reload. */
export async function ask(
  running: Pick<Running, 'url' | 'key'>,
  path: string,
  body?: unknown,
  key: string | null = running.key ?? null
): Promise<Response> {
  const response = await fetch(running.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(key !== null && { authorization: `Bearer ${key}` }), 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  if (response.status !== 503 || !(await response.clone().text()).includes('gateway_overloaded')) return response
  await new Promise(resolve => setTimeout(resolve, 200))
  return ask(running, path, body, key)
}

/** The status of a short chat. */
export async function chat(running: Running, model = 'vendor/m1'): Promise<number> {
  const response = await ask(running, '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }] })
  await response.text()
  return response.status
}

export async function configOf(running: Running): Promise<unknown> {
  return ((await (await ask(running, '/ready')).json()) as { readonly config?: unknown }).config
}
