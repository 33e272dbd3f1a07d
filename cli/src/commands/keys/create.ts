import { HostError } from '@resoftai/core'
import type { Run } from '../spec.ts'
import { keyDocument } from './key-document.ts'
import { possibleName } from './possible-name.ts'
import { readLimits } from './read-limits.ts'
import { withKeys } from './with-keys.ts'

export const keysCreate: Run = async (context, input) => {
  const { output, text } = context
  const [name = ''] = input.args
  if (!possibleName.test(name)) throw new HostError('usage', text('keys.name'), { hint: text('keys.nameHint') })
  const now = Date.now()
  const limits = readLimits(input, now, text)
  const { digestOf, newKey, shownOf } = await import('@resoftai/gateway')
  const secret = newKey()
  const role = input.flag('admin') ? 'admin' : 'client'
  const key = await withKeys(context, keys => keys.create({ name, role, shown: shownOf(secret), digest: digestOf(secret), ...limits }))
  if (output.json) return output.document({ key: secret, ...keyDocument(key, now) })
  output.line(secret)
  output.remark(text('keys.created', { name }))
}
