import type { Context } from './context.ts'
import { styled } from './output/piece.ts'

/**
 * What is thrown where nobody waits for it, mostly by a plugin's timer or a promise that it forgot, is told and blamed on the plugin;
 * the work goes on.
 */
export function watchStrays(context: Context): void {
  const { output, text, debug } = context
  const tell = async (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const plugin = await findCulprit(error, context)
    const message =
      plugin === undefined
        ? text('error.stray', { reason: error.message })
        : text('error.strayPlugin', { id: plugin, reason: error.message })
    output.note(styled('yellow', '! '), message)
    if (debug) output.note(styled('dim', error.stack ?? ''))
  }
  process.on('uncaughtException', error => void tell(error))
  process.on('unhandledRejection', reason => void tell(reason))
}

/** The plugin whose code is in the stack. */
async function findCulprit({ stack = '' }: Error, context: Context): Promise<string | undefined> {
  try {
    const { readPluginIndex } = await import('./plugin-index.ts')
    return readPluginIndex(context).plugins.find(({ directory }) => stack.includes(`${directory}/`))?.id
  } catch {
    return undefined
  }
}
