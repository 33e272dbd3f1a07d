import { resolve } from 'node:path'
import { HostError } from '@resoftai/core'
import { styled } from '../../output/piece.ts'
import { startSpinner } from '../../output/spinner.ts'
import type { Run } from '../spec.ts'

export const check: Run = async ({ output, text, cwd }, { args: [given = ''] }) => {
  const { checkPlugin } = await import('@resoftai/core')
  const directory = resolve(cwd, given)
  const spinner = startSpinner(output, text('install.check'))
  const checks = await checkPlugin(directory).finally(spinner.stop)
  for (const { name, ok } of checks) output.line(ok ? styled('green', '✓ ') : styled('red', '✗ '), text(`check.${name}`))
  const problems = checks.flatMap(({ problems: found }) => found)
  if (problems.length > 0) throw new HostError('plugin', text('check.failed', { directory, count: problems.length }), { problems })
  if (output.json) output.document({ directory, ok: true, checks })
  output.line(text('check.passed', { directory }))
}
