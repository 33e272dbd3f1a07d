import { errorCode } from '../error-code.ts'
import { HostError, isHostError } from '../error.ts'

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'it is on a read-only disk',
  EMFILE: 'too many files are open'
}

/** Runs `work`, and explains what the system says when it stops it. */
export async function explainFaults<T>(home: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw typeof (error as { readonly syscall?: unknown } | null)?.syscall === 'string' ? fileFault(home, error) : error
  }
}

/** What the system said about a file of the home, for a person. An error that is already explained stays as it is. */
export function fileFault(path: string, error: unknown): HostError {
  if (isHostError(error)) return error
  const code = errorCode(error)
  return new HostError('config', `${path} cannot be changed: ${words[code] ?? code}.`, {
    hint: 'Put that right, or set RESOFTAI_HOME to a folder that you may write to. What was installed before is unchanged.',
    cause: error
  })
}
