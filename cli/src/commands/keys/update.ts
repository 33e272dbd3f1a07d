import { HostError } from '@resoftai/core'
import type { Run } from '../spec.ts'
import { keyDocument } from './key-document.ts'
import { readLimits } from './read-limits.ts'
import { unknownKey } from './unknown-key.ts'
import { withKeys } from './with-keys.ts'

export const keysUpdate: Run = async (context, input) => {
  const { output, text } = context
  const [name = ''] = input.args
  const now = Date.now()
  const changes = readLimits(input, now, text)
  if (Object.keys(changes).length === 0) throw new HostError('usage', text('keys.updateWhat'), { hint: text('keys.updateWhatHint') })
  const key = await withKeys(context, keys => keys.update(name, changes))
  if (key === undefined) throw unknownKey(name, text)
  if (output.json) return output.document(keyDocument(key, now))
  output.line(text('keys.updated', { name }))
}
