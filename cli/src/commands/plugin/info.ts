import type { ConfigField, FoundPlugin } from '@resoftai/core'
import type { Context } from '../../context.ts'
import { hostsText } from '../../hosts-text.ts'
import { localText } from '../../local-text.ts'
import { styled, type Piece } from '../../output/piece.ts'
import { formatTable } from '../../output/table.ts'
import { getPlugin, readPluginIndex } from '../../plugin-index.ts'
import type { Run } from '../spec.ts'
import { foundDocument } from './list.ts'

export const info: Run = async (context, { args: [id = ''] }) => {
  const { output, text, locale } = context
  const plugin = getPlugin(readPluginIndex(context), id, context)
  const { manifest } = plugin
  const { hosts, presets = {}, config } = manifest
  if (output.json) return output.document({ ...foundDocument(plugin, context), hosts, presets: Object.keys(presets), config })
  output.line(styled('bold', localText(manifest.title, locale)), ` · ${plugin.id} ${plugin.version}`)
  const description = localText(manifest.description, locale) || plugin.description
  if (description !== '') output.line(description)
  output.line()
  for (const row of facts(plugin, context)) output.line(...row)
  output.line('\n', styled('bold', text('info.fields')))
  for (const row of fieldTable(plugin, context)) output.line('  ', ...row)
  output.remark('\n', text('next.config', { id: plugin.id }))
}

function facts(plugin: FoundPlugin, context: Context): readonly (readonly Piece[])[] {
  const { text } = context
  const { manifest, source, directory, enabled, shadows } = plugin
  const rows: readonly (readonly [string, string])[] = [
    [text('info.state'), text(enabled ? 'state.enabled' : 'state.disabled')],
    [text('info.source'), `${text(`source.${source}`)}: ${directory}`],
    [text('info.provides'), manifest.provides.join(', ')],
    [text('info.aliases'), (manifest.aliases ?? []).join(', ')],
    [text('info.hosts'), hostsText(manifest.hosts, context)],
    [text('info.presets'), Object.keys(manifest.presets ?? {}).join(', ')],
    [text('info.shadows'), shadows.join(', ')]
  ]
  return rows.filter(([, value]) => value !== '').map(([name, value]) => [styled('dim', `${name}: `), value])
}

function fieldTable({ manifest }: FoundPlugin, { text, locale }: Context): readonly (readonly Piece[])[] {
  const { properties = {}, required = [] } = manifest.config
  const rows = Object.entries(properties).map(([key, field]) => [
    key,
    [required.includes(key) ? text('info.required') : '', field.writeOnly === true ? text('info.secret') : '']
      .filter(word => word !== '')
      .join(', '),
    defaultOf(field),
    (field['x-env'] ?? []).join(', '),
    localText(field['x-help'], locale)
  ])
  return formatTable([text('column.field'), '', text('info.default'), text('info.variable'), ''], rows)
}

function defaultOf(field: ConfigField): string {
  const value = field['default']
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}
