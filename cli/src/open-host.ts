import { createHost, type Host } from '@resoftai/core'
import { bundledPlugins } from './bundled.ts'
import type { Context } from './context.ts'
import { openStorage } from './open-storage.ts'

/** How long a host may take to close before the command ends without it. */
const closeMs = 1000

/** Gives `use` a host and closes it again, whatever happens. Its log is for whoever asks for it: the command itself says what went wrong. */
export async function withHost<T>(context: Context, use: (host: Host) => Promise<T>): Promise<T> {
  const { cwd, env, pluginPaths, redactor, debug } = context
  const level = debug ? 'debug' : env['LOG_LEVEL'] || 'error'
  const host = await createHost({
    cwd,
    env: { ...env, LOG_LEVEL: level },
    pluginPaths,
    bundled: bundledPlugins(),
    openStorage,
    ledger: true,
    overrides: { redactor }
  })
  try {
    return await use(host)
  } finally {
    await Promise.race([host.close(), new Promise(resolve => setTimeout(resolve, closeMs).unref())])
  }
}
