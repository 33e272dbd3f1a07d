import type { ClientKey } from '@resoftai/storage'
import type { Context } from '../../context.ts'
import { formatTable, type Row } from '../../output/table.ts'
import { showMinute } from '../cost/show-minute.ts'
import type { Run } from '../spec.ts'
import { keyDocument, stateOf } from './key-document.ts'
import { withKeys } from './with-keys.ts'

export const keysList: Run = async context => {
  const { output, text } = context
  const now = Date.now()
  const keys = await withKeys(context, store => store.list())
  if (output.json) return output.document({ keys: keys.map(key => keyDocument(key, now)) })
  if (keys.length === 0) return output.line(text('keys.none'))
  const head = [
    text('column.name'),
    text('column.keys.role'),
    text('column.keys.shown'),
    text('column.keys.state'),
    text('column.keys.expires'),
    text('column.keys.lastUsed'),
    text('column.keys.models'),
    text('column.keys.budgets'),
    text('column.keys.rpm'),
    text('column.keys.tpm'),
    text('column.keys.parallel')
  ]
  for (const row of formatTable(
    head,
    keys.map(key => rowOf(key, now, context))
  ))
    output.line(...row)
}

function rowOf(key: ClientKey, now: number, { text }: Context): Row {
  const { name, role, shown, expiresAt, lastUsedAt, models, budgets, requestsPerMinute, tokensPerMinute, parallel } = key
  return [
    name,
    text(`keys.role.${role}`),
    shown,
    text(`keys.state.${stateOf(key, now)}`),
    expiresAt === null ? '' : showMinute(expiresAt),
    lastUsedAt === null ? '' : showMinute(lastUsedAt),
    models?.join(', ') ?? '',
    budgets.map(({ per, limit }) => `${limit}/${per}`).join(', '),
    ...[requestsPerMinute, tokensPerMinute, parallel].map(limit => (limit === null ? '' : String(limit)))
  ]
}
