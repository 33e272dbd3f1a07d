import type { Configured } from '../../configure/configure-plugin.ts'
import { configurePlugin } from '../../configure/configure-plugin.ts'
import type { Context } from '../../context.ts'
import { getPlugin } from '../../plugin-index.ts'
import { openSetup } from '../../setup.ts'
import type { Run } from '../spec.ts'

export const configure: Run = async (context, input) => {
  const setup = await openSetup(context)
  const plugin = getPlugin(setup.plugins, input.args[0] ?? '', context)
  tellConfigured(await configurePlugin(context, input, setup, plugin), context)
}

export function tellConfigured(configured: Configured, { output, text }: Context): void {
  const { provider, file, store, secrets } = configured
  if (output.json) output.document(configured)
  output.line(text('configure.done', { name: provider, file }))
  if (secrets.length > 0) output.line(text('configure.secretsStored', { fields: secrets.join(', '), store }))
  output.remark(text('next.chat', { name: provider }))
}
