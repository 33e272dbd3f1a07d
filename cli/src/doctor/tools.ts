import { createLog, type HostConfig } from '@resoftai/core'
import type { Context } from '../context.ts'
import type { Check } from './check.ts'

/** How long a source may take, `npx` and its download included. */
const patienceMs = 60_000

/** Opens each source of tools; with `offline` not those at an address. */
export async function checkTools({ tools }: HostConfig, { text, redactor }: Context, offline: boolean): Promise<readonly Check[]> {
  const names = Object.keys(tools).filter(name => !offline || tools[name]?.url === undefined)
  if (names.length === 0) return []
  const { openTools } = await import('@resoftai/gateway')
  const sources = openTools(tools, { log: createLog({ level: 'silent', redactor }), redactor, patienceMs })
  try {
    return await Promise.all(
      names.map(async (name): Promise<Check> => {
        const { tools: found, missing } = await sources.choose([name])
        const [failed] = missing
        if (failed === undefined) return { area: 'tools', status: 'ok', message: text('doctor.tools', { name, count: found.length }), name }
        return { area: 'tools', status: 'failure', message: text('doctor.toolsFail', { name, reason: failed.reason }), name }
      })
    )
  } finally {
    await sources.close()
  }
}
