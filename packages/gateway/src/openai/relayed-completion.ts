import type { ChatReply } from '@resoftai/sdk'
import { writeCost } from './money.ts'

/** A whole reply as its vendor wrote it, with what it cost; `undefined` for one that must be written here. */
export function relayedCompletion([reply]: readonly ChatReply[]): string | undefined {
  const written = reply?.written
  // A cost that the vendor tells would stand there twice.
  if (written === undefined || written.includes('"cost"')) return undefined
  return `${written.slice(0, written.lastIndexOf('}'))},"cost":${JSON.stringify(writeCost(reply?.cost))}}`
}
