import type { ProviderInfo } from '@resoftai/core'
import type { Context } from '../context.ts'
import { withHost } from '../open-host.ts'
import { styled, type Style } from '../output/piece.ts'
import { formatTable } from '../output/table.ts'
import { listRoutes, type Route } from '../routes.ts'
import { openSetup } from '../setup.ts'
import type { Run } from './spec.ts'

const styles: Readonly<Record<ProviderInfo['state'], Style>> = { ready: 'green', unconfigured: 'yellow', unavailable: 'red' }

export const providers: Run = context =>
  withHost(context, async host => {
    const { output, text } = context
    const found = await host.providers()
    const routes = listRoutes((await openSetup(context)).config)
    if (output.json) return output.document({ providers: found, routes })
    if (found.length === 0) output.line(text('providers.none'))
    else showProviders(found, context)
    if (routes.length > 0) showRoutes(routes, context)
  })

function showProviders(found: readonly ProviderInfo[], { output, text }: Context): void {
  const head = [text('column.name'), text('column.plugin'), text('column.model'), text('column.state'), '']
  const rows = found.map(({ name, plugin, preset, defaultModel = '', state, problem = '' }) => [
    name,
    preset === undefined ? plugin : `${plugin} (${preset})`,
    defaultModel,
    styled(styles[state], text(`state.${state}`)),
    problem
  ])
  for (const row of formatTable(head, rows)) output.line(...row)
}

function showRoutes(routes: readonly Route[], { output, text }: Context): void {
  const rows = routes.map(({ name, models }) => [name, models.join(' → ')])
  output.line()
  for (const row of formatTable([text('column.route'), text('column.routeModels')], rows)) output.line(...row)
}
