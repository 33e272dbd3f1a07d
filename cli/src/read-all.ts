import { fstatSync } from 'node:fs'
import { ProviderError } from '@resoftai/sdk'

export interface ReadOptions {
  readonly signal: AbortSignal
  readonly mostCharacters: number
  readonly tooLong: () => Error
  /** Called when the first part arrives, or the end. */
  readonly onBegin?: () => void
  /** Aborting it ends the reading as if there were no input. */
  readonly giveUp?: AbortSignal
}

/** Standard input to its end; empty when it is closed or `/dev/null`. Throws `ProviderError` `cancelled` when `signal` aborts. */
export async function readAll({ signal, mostCharacters, tooLong, onBegin = () => {}, giveUp }: ReadOptions): Promise<string> {
  if (isAbsent()) return ''
  const { stdin } = process
  stdin.setEncoding('utf8')
  const stop = () => void stdin.destroy()
  signal.addEventListener('abort', stop)
  giveUp?.addEventListener('abort', stop)
  let all = ''
  try {
    for await (const part of stdin) {
      onBegin()
      all += part as string
      if (all.length > mostCharacters) throw tooLong()
    }
  } catch (error) {
    if (!signal.aborted && giveUp?.aborted !== true) throw error
  }
  if (signal.aborted) throw new ProviderError('cancelled', 'Standard input was not read to its end.')
  return all.replace(/^\uFEFF/, '')
}

function isAbsent(): boolean {
  try {
    return fstatSync(0).isCharacterDevice() && !process.stdin.isTTY
  } catch {
    return true
  }
}
