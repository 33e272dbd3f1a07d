import type { ProviderInfo } from '@resoftai/core'
import { withHost } from '../open-host.ts'
import { styled, type Style } from '../output/piece.ts'
import { formatTable } from '../output/table.ts'
import type { Run } from './spec.ts'

const styles: Readonly<Record<ProviderInfo['state'], Style>> = { ready: 'green', unconfigured: 'yellow', unavailable: 'red' }

export const providers: Run = context =>
  withHost(context, async host => {
    const { output, text } = context
    const found = await host.providers()
    if (output.json) return output.document({ providers: found })
    if (found.length === 0) return output.line(text('providers.none'))
    const head = [text('column.name'), text('column.plugin'), text('column.model'), text('column.state'), '']
    const rows = found.map(({ name, plugin, preset, defaultModel = '', state, problem = '' }) => [
      name,
      preset === undefined ? plugin : `${plugin} (${preset})`,
      defaultModel,
      styled(styles[state], text(`state.${state}`)),
      problem
    ])
    for (const row of formatTable(head, rows)) output.line(...row)
  })
