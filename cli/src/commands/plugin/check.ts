import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { HostError } from '@resoftai/core'
import { styled } from '../../output/piece.ts'
import { startSpinner } from '../../output/spinner.ts'
import type { Context } from '../../context.ts'
import { getPlugin, readPluginIndex } from '../../plugin-index.ts'
import type { Run } from '../spec.ts'

export const check: Run = async (context, { args: [given = ''] }) => {
  const { output, text } = context
  const { checkPlugin } = await import('@resoftai/core')
  const directory = findPlugin(given, context)
  const spinner = startSpinner(output, text('install.check'))
  const checks = await checkPlugin(directory).finally(spinner.stop)
  for (const { name, ok } of checks) output.line(ok ? styled('green', '✓ ') : styled('red', '✗ '), text(`check.${name}`))
  const problems = checks.flatMap(({ problems: found }) => found)
  if (problems.length > 0) throw new HostError('plugin', text('check.failed', { directory, count: problems.length }), { problems })
  if (output.json) output.document({ directory, ok: true, checks })
  output.line(text('check.passed', { directory }))
}

/** A folder or tarball, else a plugin by its id; one that is broken has no id to be trusted, so its folder is what to check. */
function findPlugin(given: string, context: Context): string {
  const path = resolve(context.cwd, given)
  if (existsSync(path) || /[./\\]/.test(given)) return path
  const index = readPluginIndex(context)
  return index.broken.find(({ id }) => id === given)?.directory ?? getPlugin(index, given, context).directory
}
