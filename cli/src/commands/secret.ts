import { HostError, type SecretStore } from '@resoftai/core'
import type { Context } from '../context.ts'
import { formatTable } from '../output/table.ts'
import { readSecret } from '../read-secret.ts'
import type { Run } from './spec.ts'

export const secretSet: Run = async (context, { args: [provider = '', field = ''] }) => {
  const { output, text } = context
  const store = await openStore(context)
  store.set(provider, field, await readSecret(context, text('secret.ask', { provider, field })))
  if (output.json) output.document({ provider, field, store: store.place })
  output.line(text('secret.stored', { provider, field, store: store.place }))
}

export const secretList: Run = async context => {
  const { output, text } = context
  const store = await openStore(context)
  const secrets = store.list()
  const warning = store.warning()
  if (output.json) return output.document({ store: store.place, secrets, warning })
  if (warning !== undefined) output.note(warning)
  if (secrets.length === 0) return output.line(text('secret.none'))
  const rows = secrets.map(({ provider, field, masked }) => [provider, field, masked])
  for (const row of formatTable([text('column.provider'), text('column.field'), text('column.value')], rows)) output.line(...row)
}

export const secretUnset: Run = async (context, { args: [provider = '', field = ''] }) => {
  const { output, text } = context
  const store = await openStore(context)
  if (!store.unset(provider, field)) {
    throw new HostError('not_found', text('secret.unknown', { provider, field }), { hint: text('secret.unknownHint') })
  }
  if (output.json) output.document({ provider, field })
  output.line(text('secret.forgotten', { provider, field }))
}

async function openStore({ env }: Context): Promise<SecretStore> {
  const { resolveHome, secretStore } = await import('@resoftai/core')
  return secretStore({ home: resolveHome(env).home })
}
