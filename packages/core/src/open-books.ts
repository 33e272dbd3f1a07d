import { join } from 'node:path'
import { Books, readBudgets } from './budget/index.ts'
import type { HostConfig } from './config/index.ts'
import type { Prices } from './cost/index.ts'
import { HostError } from './error.ts'
import type { HostOptions } from './host-options.ts'
import { Ledger, type LedgerStore } from './ledger/index.ts'
import type { Log, Redactor } from './observe/index.ts'

const dayMs = 86_400_000

interface LedgerPlan {
  readonly config: HostConfig
  readonly home: string
  readonly options: Pick<HostOptions, 'openStorage' | 'ledger'>
  readonly clock: () => number
  readonly redactor: Redactor
  readonly log: () => Log
}

/** The ledger that the configuration asks for, in a file of the home when it does not say where. Nothing is opened yet. */
export function createLedger({ config, home, options, clock, redactor, log }: LedgerPlan): Ledger {
  const { url: configured, keep_days } = config.storage
  const { openStorage, ledger: isWanted = false } = options
  const isNeeded = config.budgets.some(({ per }) => per !== 'request')
  const url = configured ?? (isNeeded || isWanted ? `sqlite:${join(home, 'resoftai.db')}` : undefined)
  if (url === undefined) return new Ledger({ log })
  if (openStorage === undefined) {
    throw new HostError('config', 'Budgets and the ledger need a storage, and this host has none.', {
      hint: 'Make the host with `createHost` of the package resoftai, or pass `openStorage`.'
    })
  }
  const password = URL.canParse(url) ? decodeURIComponent(new URL(url).password) : ''
  if (password !== '') redactor.add(password)
  const open = async (): Promise<LedgerStore> => {
    const store = await openStorage(url)
    if (keep_days !== undefined) await store.prune(clock() - keep_days * dayMs)
    return store
  }
  return new Ledger({ open, log })
}

export function createBooks(config: HostConfig, ledger: Ledger, prices: Prices): Books {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  const { on_failure = 'refuse' } = config.storage
  return new Books({ budgets: readBudgets(config.budgets, zone), ledger, prices, onFailure: on_failure, zone })
}
