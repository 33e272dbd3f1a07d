import type { Host } from '@resoftai/core'
import type { ModelInfo } from '@resoftai/sdk'
import { withHost } from '../open-host.ts'
import { describeError } from '../output/report-error.ts'
import { styled } from '../output/piece.ts'
import { startSpinner } from '../output/spinner.ts'
import { formatTable } from '../output/table.ts'
import type { Run } from './spec.ts'

interface Listing {
  readonly provider: string
  readonly models: readonly ModelInfo[]
  readonly error?: unknown
}

/** Lists the models of one provider, or of all that are ready: then one that does not answer does not hide the others. */
export const listModels: Run = (context, { args: [name] }) =>
  withHost(context, async host => {
    const { output, text, interrupts } = context
    const spinner = startSpinner(output, text('models.asking'))
    const listings = await (name === undefined ? listAll(host, interrupts.signal) : listOne(host, name, interrupts.signal)).finally(
      spinner.stop
    )
    const failed = listings.filter(({ error }) => error !== undefined)
    if (failed.length > 0 && failed.length === listings.length) throw failed[0]?.error
    const found = listings.flatMap(({ provider, models: offered }) =>
      offered.map(model => ({ provider, ...model, reference: `${provider}/${model.id}` }))
    )
    if (output.json) {
      const errors = failed.map(({ provider, error }) => ({ provider, error: describeError(error, text).fields }))
      return output.document({ models: found, errors })
    }
    const rows = found.map(({ reference, ownedBy = '', contextTokens }) => [
      reference,
      contextTokens === undefined ? '' : String(contextTokens),
      ownedBy
    ])
    if (rows.length > 0)
      for (const row of formatTable([text('column.model'), text('column.context'), text('column.owner')], rows)) output.line(...row)
    else output.note(text('models.none'))
    for (const { provider, error } of failed) output.note(styled('yellow', `${provider}: `), describeError(error, text).message)
  })

async function listOne(host: Host, name: string, signal: AbortSignal): Promise<readonly Listing[]> {
  const client = await host.provider(name)
  return [{ provider: client.name, models: await client.models({ signal }) }]
}

async function listAll(host: Host, signal: AbortSignal): Promise<readonly Listing[]> {
  const ready = (await host.providers()).filter(({ state }) => state === 'ready')
  return Promise.all(
    ready.map(async ({ name }) => {
      try {
        return (await listOne(host, name, signal))[0] ?? { provider: name, models: [] }
      } catch (error) {
        return { provider: name, models: [], error }
      }
    })
  )
}
