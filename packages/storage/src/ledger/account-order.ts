import type { AccountName } from '../types.ts'

export function accountKey({ budget, period, scope }: AccountName): string {
  return JSON.stringify([budget, period, scope])
}

/** The one order in which accounts are written: two processes that need the same ones never wait for each other. */
export function inAccountOrder<Account extends AccountName>(accounts: readonly Account[]): Account[] {
  const keyed = accounts.map(account => ({ account, key: accountKey(account) }))
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ account }) => account)
}
