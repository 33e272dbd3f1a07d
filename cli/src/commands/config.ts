import { HostError } from '@resoftai/core'
import { withHost } from '../open-host.ts'
import { judgeRoutes } from '../routes.ts'
import { openSetup, resolveAll } from '../setup.ts'
import { styled } from '../output/piece.ts'
import { describeProblem } from '../output/describe-problem.ts'
import { formatTable } from '../output/table.ts'
import type { Run } from './spec.ts'

export const configShow: Run = async (context, input) => {
  const { output, text } = context
  const setup = await openSetup(context)
  const { explainConfig } = await import('@resoftai/core')
  const { resolved, failed } = await resolveAll(setup, context)
  const values = explainConfig(setup.config, resolved)
  const problems = failed.flatMap(failure => failure.problems)
  const { files } = setup.config
  if (output.json) return output.document({ files, values, problems })
  for (const file of files) output.remark(styled('dim', text('config.file', { file })))
  if (files.length === 0) output.remark(styled('dim', text('config.noFile', { file: setup.home.configFile })))
  const rows = values.map(({ path, value, origin }) => [
    path,
    typeof value === 'string' ? value : JSON.stringify(value),
    ...(input.flag('origin') ? [styled('dim', origin)] : [])
  ])
  const head = [text('column.field'), text('column.value'), ...(input.flag('origin') ? [text('column.origin')] : [])]
  for (const row of formatTable(head, rows)) output.line(...row)
  for (const problem of problems) output.note(styled('yellow', '! '), ...describeProblem(problem))
}

export const configValidate: Run = async context => {
  const { output, text } = context
  const setup = await openSetup(context)
  const { resolved, failed } = await resolveAll(setup, context)
  const problems = failed.flatMap(failure => failure.problems)
  const routes = Object.keys(setup.config.routes)
  const judged = routes.length === 0 ? [] : await withHost(context, host => judgeRoutes(host, setup.config, context))
  const warnings = judged.flatMap(route => route.problems)
  for (const warning of warnings) output.note(styled('yellow', '! '), ...describeProblem(warning))
  if (problems.length > 0) throw new HostError('config', text('config.invalid', { count: problems.length }), { problems })
  const { files } = setup.config
  const providers = resolved.map(({ name }) => name)
  if (output.json) return output.document({ valid: true, files, providers, routes, warnings })
  output.line(
    text('config.valid', {
      files: files.length === 0 ? '–' : files.join(', '),
      providers: providers.length === 0 ? '–' : providers.join(', ')
    })
  )
}
