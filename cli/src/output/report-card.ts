import type { PluginCheck } from '@resoftai/core'
import type { Context } from '../context.ts'
import { describeProblem } from './describe-problem.ts'
import { styled, type Piece, type Style } from './piece.ts'
import { displayWidth } from './width.ts'

/** What `plugin check` found. */
export interface PluginReport {
  readonly directory: string
  readonly ok: boolean
  readonly durationMs: number
  readonly checks: readonly PluginCheck[]
}

const marks: Readonly<Record<PluginCheck['status'], { readonly mark: string; readonly style: Style }>> = {
  ok: { mark: '✓ ', style: 'green' },
  failed: { mark: '✗ ', style: 'red' },
  skipped: { mark: '- ', style: 'yellow' }
}

const statuses = ['ok', 'failed', 'skipped'] as const

type Means = Pick<Context, 'output' | 'text'>

/** The groups with their counts, what failed in full, what was skipped with what to add. With `--json` only what failed, beside the document. */
export function printReportCard(report: PluginReport, means: Means): void {
  const { output, text } = means
  const say = (...pieces: readonly Piece[]): void => (output.json ? output.note(...pieces) : output.line(...pieces))
  printGroups(report.checks, means)
  for (const check of report.checks.filter(({ status }) => status === 'failed')) {
    say()
    say(mark('failed'), titleOf(check, text))
    for (const problem of check.problems) say('  ', ...describeProblem(problem).map(indent))
  }
  printSkipped(report.checks, means)
  if (report.ok) output.line(summarize(report, text))
  else say(styled('red', summarize(report, text)))
}

function printGroups(checks: readonly PluginCheck[], { output, text }: Means): void {
  const groups = [...Map.groupBy(checks, ({ group }) => group)].map(([group, all]) => ({ title: text(`check.group.${group}`), all }))
  const width = Math.max(...groups.map(({ title }) => displayWidth(title)))
  for (const { title, all } of groups) {
    const counts = statuses
      .map(status => ({ status, count: all.filter(one => one.status === status).length }))
      .filter(({ count }) => count > 0)
    const shown = counts.find(({ status }) => status === 'failed') ?? counts[0]
    output.line(
      mark(shown?.status ?? 'ok'),
      title + ' '.repeat(width - displayWidth(title) + 2),
      counts.map(({ status, count }) => text(`check.count.${status}`, { count })).join(', ')
    )
  }
}

function printSkipped(checks: readonly PluginCheck[], { output, text }: Means): void {
  const skipped = checks.filter(({ status }) => status === 'skipped')
  // Without any case, each of the rest would say the same.
  const noCases = skipped.filter(({ name }) => name === 'conformance')
  output.line()
  for (const check of noCases.length > 0 ? noCases : skipped) output.line(mark('skipped'), `${titleOf(check, text)}: ${check.why ?? ''}`)
  if (skipped.length > 0) output.line()
}

/** The report in one line. */
export function summarize({ directory, ok, durationMs, checks }: PluginReport, text: Context['text']): string {
  const failed = checks.filter(({ status }) => status === 'failed').length
  return text(ok ? 'check.passed' : 'check.failed', { directory, failed, count: checks.length, seconds: (durationMs / 1000).toFixed(1) })
}

function titleOf({ group, name }: PluginCheck, text: Context['text']): string {
  return `${text(`check.group.${group}`)}: ${isOwn(name) ? text(`check.${name}`) : name}`
}

function mark(status: PluginCheck['status']): Piece {
  return styled(marks[status].style, marks[status].mark)
}

function indent(piece: Piece): Piece {
  return typeof piece === 'string' ? piece.replaceAll('\n', '\n  ') : piece
}

const own = ['manifest', 'schema', 'presets', 'package', 'entry', 'create', 'conformance'] as const

/** These have a name in every language; those of the conformance suite are English. */
function isOwn(name: string): name is (typeof own)[number] {
  return own.some(one => one === name)
}
