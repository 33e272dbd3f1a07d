import type { LedgerView } from './client.ts'
import { HostError, isHostError, type HostErrorKind } from './error.ts'
import type { HostParts } from './parts.ts'

/** The books, for whoever looks at them. */
export function viewLedger({ ledger, books, prices, clock }: Pick<HostParts, 'ledger' | 'books' | 'prices' | 'clock'>): LedgerView {
  const open = () => {
    if (ledger.isOn) return ledger
    throw new HostError('usage', 'No ledger is kept.', {
      hint: 'Set `storage.url` in the configuration, or make the host with `ledger: true`.'
    })
  }
  return {
    totals: (filter, by) => explained(async () => open().totals(filter, by)),
    async *records(filter) {
      const records = open().records(filter)[Symbol.asyncIterator]()
      for (let next; (next = await explained(() => records.next())).done !== true;) yield next.value
    },
    prune: before => explained(async () => open().prune(before)),
    budgets: () => explained(() => books.states(clock())),
    convert: async (cost, currency, at) => prices.convert(cost, currency, at)
  }
}

/** What a storage says of itself, in the words of the host. */
const kinds: Readonly<Record<string, HostErrorKind>> = { usage: 'config', unreachable: 'network', busy: 'busy' }

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isHostError(error)) throw error
    const { kind = '', message, hint } = error as { readonly kind?: string; readonly message: string; readonly hint?: string }
    throw new HostError(kinds[kind] ?? 'storage', message, { hint, cause: error })
  }
}
