import type { Balance, Settlement } from '../types.ts'

/** More would keep others waiting for long. */
const most = 100

interface Waiting {
  readonly settlement: Settlement
  readonly resolve: (balances: readonly Balance[]) => void
  readonly reject: (error: unknown) => void
}

type SettleAll = (settlements: readonly Settlement[]) => Promise<readonly (readonly Balance[])[]>

/**
 * Settles what comes in one turn of the event loop, or while others are being settled, in one transaction: that is most of the price of one.
 * Where that fails each is tried by itself, so that none suffers for another.
 */
export function settleTogether(settleAll: SettleAll): (settlement: Settlement) => Promise<readonly Balance[]> {
  const waiting: Waiting[] = []
  let isRunning = false

  async function settleWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const some = waiting.splice(0, most)
      try {
        const balances = await settleAll(some.map(({ settlement }) => settlement))
        for (const [index, { resolve }] of some.entries()) resolve(balances[index] ?? [])
      } catch (error) {
        if (some.length === 1) some[0]!.reject(error)
        else for (const one of some) await settleAll([one.settlement]).then(([balances = []]) => one.resolve(balances), one.reject)
      }
    }
    isRunning = false
  }

  return settlement =>
    new Promise((resolve, reject) => {
      waiting.push({ settlement, resolve, reject })
      if (isRunning) return
      isRunning = true
      setImmediate(() => void settleWaiting())
    })
}
