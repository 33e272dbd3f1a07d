import { HostError } from '@resoftai/core'
import type { KeyStore } from '@resoftai/storage'
import type { Context } from '../../context.ts'
import type { Run } from '../spec.ts'
import { keyDocument } from './key-document.ts'
import { unknownKey } from './unknown-key.ts'
import { withKeys } from './with-keys.ts'

export const keysRevoke: Run = async (context, input) => {
  const { output, text } = context
  const [name = ''] = input.args
  const isAgreed = input.flag('yes')
  if (!isAgreed && !context.interactive) throw new HostError('usage', text('keys.revokeYes'), { hint: text('keys.revokeYesHint') })
  await withKeys(context, async keys => {
    if (!isAgreed && !(await confirm(name, keys, context))) return output.line(text('keys.kept'))
    const key = await keys.revoke(name, Date.now())
    if (key === undefined) throw unknownKey(name, text)
    if (output.json) return output.document(keyDocument(key, Date.now()))
    output.line(text('keys.revoked', { name }))
  })
}

async function confirm(name: string, keys: KeyStore, context: Context): Promise<boolean> {
  const { text } = context
  const key = (await keys.list()).find(one => one.name === name && one.revokedAt === null)
  if (key === undefined) throw unknownKey(name, text)
  const { openPrompts } = await import('../../prompts/prompts.ts')
  return openPrompts(context).confirm(text('keys.revokeAsk', { name, shown: key.shown }), false)
}
