import { HostError } from '@resoftai/core'
import type { Input } from '../commands/spec.ts'
import type { Context } from '../context.ts'
import { typedValue } from '../prompts/typed-value.ts'
import { readSecret } from '../read-secret.ts'
import type { Draft } from './draft.ts'
import { isSecret } from './draft.ts'

/** Puts `--set` and `--secret-stdin` into the draft. A secret as an argument is refused: other programs see arguments. */
export async function readOptions(context: Context, input: Input, draft: Draft): Promise<void> {
  const { properties: fields = {} } = draft.plugin.manifest.config
  const { text } = context
  for (const assignment of input.values('set')) {
    const [key, value] = splitAssignment(assignment)
    if (value === undefined) throw new HostError('usage', text('configure.noValue'), { hint: '--set timeout=30' })
    if (isSecret(fields[key]))
      throw new HostError('usage', text('configure.secretArgument', { field: key }), { hint: secretHint(context, draft, key) })
    draft.values[key] = typedValue(value, fields[key])
  }
  const secret = input.value('secretStdin')
  if (secret === undefined) return
  if (!isSecret(fields[secret]))
    throw new HostError('usage', text('configure.noSecret', { field: secret }), { hint: text('configure.noSecretHint') })
  draft.secrets.set(secret, await readSecret(context, text('secret.ask', { provider: draft.name, field: secret })))
}

function splitAssignment(assignment: string): readonly [string, string | undefined] {
  const at = assignment.indexOf('=')
  return at <= 0 ? [assignment, undefined] : [assignment.slice(0, at), assignment.slice(at + 1)]
}

function secretHint({ text }: Context, { name }: Draft, field: string): string {
  return `${text('secret.notAsArgument')} --secret-stdin ${field} · resoftai secret set ${name} ${field}`
}
