import type { Host } from '@resoftai/core'
import type { ModelInfo } from '@resoftai/sdk'
import type { Context } from '../context.ts'
import { withHost } from '../open-host.ts'
import { describeError } from '../output/report-error.ts'
import { styled } from '../output/piece.ts'
import { startSpinner } from '../output/spinner.ts'
import { formatTable } from '../output/table.ts'
import { listRoutes } from '../routes.ts'
import { openSetup } from '../setup.ts'
import type { Run } from './spec.ts'

interface Listing {
  readonly provider: string
  readonly models: readonly ModelInfo[]
  readonly error?: unknown
}

/** Lists the models of one provider or route, or of all that are ready: then one that does not answer does not hide the others. */
export const listModels: Run = (context, { args: [name] }) =>
  withHost(context, async host => {
    const { output, text, interrupts } = context
    const spinner = startSpinner(output, text('models.asking'))
    const list = async () => {
      if (name === undefined) return listAll(host, interrupts.signal)
      return (await listRoute(host, name, context)) ?? listOne(host, name, interrupts.signal)
    }
    const listings = await list().finally(spinner.stop)
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

/** What is written in the configuration; `undefined` when the name is no route, or one of a provider too. */
async function listRoute(host: Host, name: string, context: Context): Promise<readonly Listing[] | undefined> {
  if (!host.routes().includes(name) || (await host.providers()).some(provider => provider.name === name)) return undefined
  const { config } = await openSetup(context)
  const models = listRoutes(config).find(route => route.name === name)?.models ?? []
  return models.map(reference => {
    const slash = reference.indexOf('/')
    return { provider: reference.slice(0, slash), models: [{ id: reference.slice(slash + 1) }] }
  })
}

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
