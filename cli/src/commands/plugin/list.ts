import type { BrokenPlugin, FoundPlugin } from '@resoftai/core'
import type { Context } from '../../context.ts'
import { localText } from '../../local-text.ts'
import { describeProblem } from '../../output/describe-problem.ts'
import { styled, type Piece, type Style } from '../../output/piece.ts'
import { formatTable } from '../../output/table.ts'
import { readPluginIndex } from '../../plugin-index.ts'
import type { Run } from '../spec.ts'

type State = 'enabled' | 'disabled' | BrokenPlugin['state']

const styles: Readonly<Record<State, Style>> = { enabled: 'green', disabled: 'dim', broken: 'red', incompatible: 'red' }

export const list: Run = async context => {
  const { output, text } = context
  const { plugins, broken } = readPluginIndex(context)
  if (output.json)
    return output.document({ plugins: [...plugins.map(plugin => foundDocument(plugin, context)), ...broken.map(brokenDocument)] })
  const head = [text('column.plugin'), text('column.version'), text('column.source'), text('column.state'), text('column.title')]
  const rows = [
    ...plugins.map(plugin => [
      plugin.id,
      plugin.version,
      text(`source.${plugin.source}`),
      stateOf(plugin.enabled ? 'enabled' : 'disabled', context),
      titleOf(plugin, context)
    ]),
    ...broken.map(({ id, source, state, directory }) => [id, '', text(`source.${source}`), stateOf(state, context), directory])
  ]
  for (const row of formatTable(head, rows)) output.line(...row)
  for (const { id, problems } of broken) for (const problem of problems) output.note(styled('red', `${id}: `), ...describeProblem(problem))
}

function stateOf(state: State, { text }: Context): Piece {
  return styled(styles[state], text(`state.${state}`))
}

function titleOf({ manifest }: FoundPlugin, { locale }: Context): string {
  return localText(manifest.title, locale)
}

export function foundDocument(plugin: FoundPlugin, context: Context): Readonly<Record<string, unknown>> {
  const { id, packageName, version, description, source, directory, enabled, manifest, shadows } = plugin
  const { aliases = [], provides } = manifest
  return {
    id,
    packageName,
    version,
    title: titleOf(plugin, context),
    description,
    source,
    state: enabled ? 'enabled' : 'disabled',
    directory,
    aliases,
    provides,
    shadows
  }
}

function brokenDocument({ id, source, state, directory, problems }: BrokenPlugin): Readonly<Record<string, unknown>> {
  return { id, source, state, directory, problems }
}
