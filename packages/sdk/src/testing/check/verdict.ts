import { describe } from './difference.ts'
import type { CheckGroup } from './types.ts'

/** What is wrong, in words, with the file of the case it was found in; nothing when all is well. */
export type Verdict = Fault | Skip | string | undefined

interface Fault {
  readonly detail: string
  readonly file?: string | undefined
}

/** There is nothing to try it with; says what to add. */
interface Skip {
  readonly skipped: string
}

/** One check that is still to be made. What `judge` throws is wrong as well. */
export interface Task {
  readonly group: CheckGroup
  readonly name: string
  readonly judge: () => Verdict | Promise<Verdict>
}

/** The first complaint. */
export function first<Item>(items: Iterable<Item>, judge: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const complaint = judge(item)
    if (complaint !== undefined) return complaint
  }
  return undefined
}

/** Who repairs one case may have repaired them all. */
const mostFaults = 3

/** The first complaint about each of the first few cases that have one. */
export function each<Case extends { readonly name: string; readonly file?: string }>(
  cases: Iterable<Case>,
  judge: (one: Case) => string | undefined
): Fault | undefined {
  const details: string[] = []
  let file: string | undefined
  for (const one of cases) {
    const complaint = complaintOf(() => judge(one))
    if (complaint === undefined) continue
    file ??= one.file
    details.push(`${one.name}: ${complaint}`)
    if (details.length === mostFaults) break
  }
  return details.length === 0 ? undefined : { detail: details.join('\n'), file }
}

/** A complaint about one case. */
export function inFile(file: string | undefined, complaint: string | undefined): Fault | undefined {
  return complaint === undefined ? undefined : { detail: complaint, file }
}

export function prefix(name: string, complaint: string | undefined): string | undefined {
  return complaint === undefined ? undefined : `${name}: ${complaint}`
}

function complaintOf(judge: () => string | undefined): string | undefined {
  try {
    return judge()
  } catch (error) {
    return `it threw ${describe(error)}`
  }
}
