import type { Run } from '../spec.ts'

export const uninstall: Run = async ({ output, text, env }, { args: [id = ''] }) => {
  const { resolveHome, uninstallPlugin } = await import('@resoftai/core')
  await uninstallPlugin(id, { home: resolveHome(env).home })
  if (output.json) output.document({ id })
  output.line(text('uninstall.done', { id }))
}
