import type { AgentTool } from '@resoftai/agent'
import { createLog, HostError } from '@resoftai/core'
import type { Context } from '../context.ts'
import { openSetup } from '../setup.ts'
import { loadTools } from './load-tools.ts'

/** How long a source may take, `npx` and its download included. */
const patienceMs = 60_000

/** Gives `use` the tools of files, and those of the configuration by their names: `files`, `files/read`. */
export async function withTools<T>(
  context: Context,
  named: readonly string[],
  use: (tools: readonly AgentTool[]) => Promise<T>
): Promise<T> {
  const { text, redactor } = context
  const configured = named.length === 0 ? {} : (await openSetup(context)).config.tools
  const isConfigured = (name: string) => Object.hasOwn(configured, name.split('/')[0] ?? '')
  const names = named.filter(isConfigured)
  const own = (await Promise.all(named.filter(name => !isConfigured(name)).map(file => loadTools(context, file)))).flat()
  if (names.length === 0) return use(own)
  const { openTools } = await import('@resoftai/gateway')
  const sources = openTools(configured, { log: createLog({ level: 'error', redactor }), redactor, patienceMs })
  try {
    const { tools, missing } = await sources.choose(names).catch((error: Error) => {
      throw new HostError('usage', error.message, { cause: error })
    })
    for (const { source, reason } of missing) throw new HostError('config', text('doctor.toolsFail', { name: source, reason }))
    return await use([...own, ...tools])
  } finally {
    await sources.close()
  }
}
