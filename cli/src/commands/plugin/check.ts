import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { HostError } from '@resoftai/core'
import { bundledPlugins } from '../../bundled.ts'
import type { Context } from '../../context.ts'
import { exitCodes } from '../../exit-codes.ts'
import { formatJUnit } from '../../output/junit.ts'
import { printReportCard, summarize, type PluginReport } from '../../output/report-card.ts'
import { startSpinner } from '../../output/spinner.ts'
import { getPlugin, readPluginIndex } from '../../plugin-index.ts'
import type { Run } from '../spec.ts'

export const check: Run = async (context, input) => {
  const { output, text } = context
  const { checkPlugin } = await import('@resoftai/core')
  const directory = findPlugin(input.args[0] ?? '', context)
  const spinner = startSpinner(output, text('install.check'))
  const start = performance.now()
  const checks = await checkPlugin(directory, {
    bundled: bundledPlugins(),
    conformance: true,
    onStart: ({ name }) => spinner.update(text('check.running', { name }))
  }).finally(spinner.stop)
  const durationMs = Math.round(performance.now() - start)
  const report = { directory, ok: checks.every(({ ok }) => ok), durationMs, checks }
  const file = input.value('junit')
  if (file !== undefined) writeReport(resolve(context.cwd, file), formatJUnit(report), context)
  if (output.json) output.document(report.ok ? report : { ...report, error: errorOf(report, text) })
  printReportCard(report, context)
  return report.ok ? exitCodes.ok : exitCodes.failure
}

/** As a command that fails has it. */
function errorOf(report: PluginReport, text: Context['text']): unknown {
  const problems = report.checks.flatMap(({ problems: found }) => found)
  return { kind: 'plugin', message: summarize(report, text), problems, exitCode: exitCodes.failure }
}

function writeReport(file: string, report: string, { redactor, text }: Context): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, redactor.scrub(report))
  } catch (error) {
    throw new HostError('usage', text('check.junit', { file, reason: error instanceof Error ? error.message : String(error) }))
  }
}

/** A folder or tarball, else a plugin by its id; one that is broken has no id to be trusted, so its folder is what to check. */
function findPlugin(given: string, context: Context): string {
  const path = resolve(context.cwd, given)
  if (existsSync(path) || /[./\\]/.test(given)) return path
  const index = readPluginIndex(context)
  return index.broken.find(({ id }) => id === given)?.directory ?? getPlugin(index, given, context).directory
}
