import { HostError } from '@resoftai/core'
import { completionScripts } from '../completion/scripts.ts'
import type { Run } from './spec.ts'

export const completion: Run = async ({ output, text }, { args: [shell = ''] }) => {
  if (!Object.hasOwn(completionScripts, shell)) {
    throw new HostError('usage', text('completion.unknownShell', { name: shell }), { hint: Object.keys(completionScripts).join(', ') })
  }
  const script = completionScripts[shell as keyof typeof completionScripts]
  if (output.json) output.document({ shell, script })
  else output.text(script)
}
