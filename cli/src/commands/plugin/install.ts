import type { InstalledPlugin } from '@resoftai/core'
import { bundledPlugins } from '../../bundled.ts'
import type { Context } from '../../context.ts'
import { hostsText } from '../../hosts-text.ts'
import { localText } from '../../local-text.ts'
import { styled } from '../../output/piece.ts'
import { startSpinner } from '../../output/spinner.ts'
import { openSetup, resolveAll } from '../../setup.ts'
import type { Run } from '../spec.ts'
import { foundDocument } from './list.ts'

export const install: Run = async (context, input) => {
  const { output, text, cwd, env } = context
  const source = input.args[0] ?? ''
  const { installPlugin, resolveHome } = await import('@resoftai/core')
  const spinner = startSpinner(output, text('install.working', { source }))
  const plugin = await installPlugin(source, {
    home: resolveHome(env).home,
    cwd,
    bundled: bundledPlugins(),
    force: input.flag('force'),
    onProgress: step => spinner.update(text(`install.${step}`))
  }).finally(spinner.stop)
  const { outcome, manifest } = plugin
  if (output.json) return output.document({ ...foundDocument(plugin, context), from: source, outcome, hosts: manifest.hosts })
  tell(plugin, source, context)

  const ready = await findReady(plugin, context)
  if (ready !== undefined) return output.remark(text('next.chat', { name: ready }))
  if (!(await wantsConfiguration(plugin, context))) return output.remark(text('next.config', { id: plugin.id }))
  const { configure } = await import('./configure.ts')
  return configure(context, { ...input, args: [plugin.id], value: () => undefined, values: () => [] })
}

function tell({ id, version, manifest, directory, outcome }: InstalledPlugin, source: string, context: Context): void {
  const { output, text, locale } = context
  output.line(styled('green', '✓ '), text(`install.${outcome}`, { id, version, title: localText(manifest.title, locale) }))
  output.line('  ', text('install.from', { source, directory }))
  output.line('  ', text('install.hosts', { hosts: hostsText(manifest.hosts, context) }))
}

/** A provider of this plugin that can be asked already: it needs nothing, or its key is in the environment. */
async function findReady({ id }: InstalledPlugin, context: Context): Promise<string | undefined> {
  const setup = await openSetup(context)
  const { resolved } = await resolveAll(setup, context)
  return resolved.find(({ name }) => (setup.entries[name]?.['plugin'] ?? name) === id)?.name
}

async function wantsConfiguration({ id }: InstalledPlugin, context: Context): Promise<boolean> {
  if (!context.interactive) return false
  const { openPrompts } = await import('../../prompts/prompts.ts')
  return openPrompts(context).confirm(context.text('install.configureNow', { id }), true)
}
