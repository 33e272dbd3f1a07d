import { HostError } from '@resoftai/core'
import { showMinute } from '../cost/show-minute.ts'
import type { Run } from '../spec.ts'
import { keyDocument, timeOf } from './key-document.ts'
import { readSpan } from './read-span.ts'
import { unknownKey } from './unknown-key.ts'
import { withKeys } from './with-keys.ts'

export const keysRotate: Run = async (context, input) => {
  const { output, text } = context
  const [name = ''] = input.args
  const typed = input.value('grace') ?? '24h'
  const graceMs = typed === '0' ? 0 : readSpan(typed)
  if (graceMs === undefined) throw new HostError('usage', text('keys.span', { flag: '--grace', typed }), { hint: text('keys.graceHint') })
  const { digestOf, newKey, shownOf } = await import('@resoftai/gateway')
  const secret = newKey()
  const now = Date.now()
  const graceUntil = now + graceMs
  const key = await withKeys(context, keys => keys.rotate(name, { digest: digestOf(secret), shown: shownOf(secret), graceUntil }))
  if (key === undefined) throw unknownKey(name, text)
  if (output.json) return output.document({ key: secret, ...keyDocument(key, now), oldValidUntil: timeOf(graceUntil) })
  output.line(secret)
  output.remark(graceMs === 0 ? text('keys.rotatedNow', { name }) : text('keys.rotated', { name, time: showMinute(graceUntil) }))
}
