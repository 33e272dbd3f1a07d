import { HostError } from '@resoftai/core'
import type { Context } from './context.ts'
import { readAll } from './read-all.ts'

const mostCharacters = 65_536

/** A secret from a person on a terminal, without echo, else from standard input. One line end behind it does not belong to it. */
export async function readSecret(context: Context, question: string): Promise<string> {
  const { interactive, text, redactor } = context
  const typed = interactive ? await (await import('./prompts/prompts.ts')).openPrompts(context).secret(question) : await piped(context)
  const secret = typed.replace(/\r?\n$/, '')
  if (secret === '') throw new HostError('usage', text('secret.empty'), { hint: text('secret.emptyHint') })
  redactor.add(secret)
  return secret
}

async function piped({ text, interrupts }: Context): Promise<string> {
  if (process.stdin.isTTY) throw new HostError('usage', text('secret.empty'), { hint: text('secret.emptyHint') })
  return readAll({ signal: interrupts.signal, mostCharacters, tooLong: () => new HostError('usage', text('chat.stdinTooLong')) })
}
