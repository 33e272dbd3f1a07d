import { getPlugin, readPluginIndex } from '../../plugin-index.ts'
import type { Run } from '../spec.ts'

export const enable: Run = (context, input) => change(true)(context, input)
export const disable: Run = (context, input) => change(false)(context, input)

function change(enabled: boolean): Run {
  return async (context, { args: [asked = ''] }) => {
    const { output, text, env } = context
    const { resolveHome, setEnabled } = await import('@resoftai/core')
    const { id } = getPlugin(readPluginIndex(context), asked, context)
    await setEnabled(id, enabled, { home: resolveHome(env).home })
    if (output.json) output.document({ id, enabled })
    output.line(text(enabled ? 'enable.done' : 'disable.done', { id }))
  }
}
