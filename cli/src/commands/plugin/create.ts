import { relative, resolve } from 'node:path'
import { bringHostPackages, HostError } from '@resoftai/core'
import { bundledPlugins } from '../../bundled.ts'
import type { Context } from '../../context.ts'
import { tarballOf, variableOf, type Blueprint } from '../../create/blueprint.ts'
import { makeFolder, requireFree } from '../../create/make-folder.ts'
import { readPluginName, type PluginName } from '../../create/plugin-name.ts'
import { readBlueprint } from '../../create/read-blueprint.ts'
import { writePlugin } from '../../create/write-plugin.ts'
import { styled } from '../../output/piece.ts'
import { readPluginIndex } from '../../plugin-index.ts'
import type { Run } from '../spec.ts'

export const create: Run = async (context, input) => {
  const { output, text, cwd } = context
  const name = readPluginName(input.args[0] ?? '', text)
  refuseTaken(name, context)
  const directory = resolve(cwd, input.value('dir') ?? name.id)
  requireFree(directory, text)
  const blueprint = await readBlueprint(context, input, name)
  const fill = async (stage: string) => {
    const written = writePlugin(stage, blueprint, new Date().getFullYear())
    await bringHostPackages(stage, { bundled: bundledPlugins() })
    return written
  }
  const files = await makeFolder(directory, fill, text)
  const { id, packageName, kind } = blueprint
  const next = nextCommands(blueprint, relative(cwd, directory))
  if (output.json) return output.document({ id, packageName, kind, directory, files, next })
  output.line(styled('green', '✓ '), text('create.done', { id, directory }))
  for (const file of files) output.line(styled('dim', `  ${file}`))
  output.line()
  output.line(styled('bold', text('demo.next')))
  for (const command of next) output.line(`  ${command}`)
}

/** It could not be installed beside the plugin that has the name. */
function refuseTaken({ id, packageName }: PluginName, { env, text }: Context): void {
  const owner = readPluginIndex({ env, pluginPaths: [] }).get(id)
  if (owner === undefined || owner.packageName === packageName) return
  throw new HostError('usage', text('create.takenName', { id, owner: owner.packageName }), { hint: text('create.nameHint') })
}

/** To be typed one after the other, the first where the command was run. */
function nextCommands(blueprint: Blueprint, path: string): readonly string[] {
  const { id } = blueprint
  return [
    ...(path === '' ? [] : [`cd ${quote(path)}`]),
    'node --test',
    'resoftai plugin check .',
    `${variableOf(blueprint)}=any-key resoftai chat --plugin . -p ${id} --dry-run "Hello"`,
    'npm pack',
    `resoftai plugin install ./${tarballOf(blueprint)}`
  ]
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
