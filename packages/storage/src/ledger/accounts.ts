import type { CompiledQuery, ExpressionBuilder } from 'kysely'
import type { Database } from '../database.ts'
import type { AccountsTable, HeldAmountsTable, Tables } from '../tables.ts'
import type { AccountName, Balance, LedgerStore } from '../types.ts'
import { accountKey, inAccountOrder } from './account-order.ts'
import type { Statements } from './statements.ts'
import { checkNanos } from '../numbers.ts'

export async function openAccounts({ kysely }: Database, accounts: Parameters<LedgerStore['open']>[0]): Promise<void> {
  if (accounts.length === 0) return
  await kysely
    .insertInto('accounts')
    .values(
      inAccountOrder(accounts).map(({ budget, period, scope, settledNanos }) => ({
        budget,
        period,
        scope,
        settled: checkNanos('settledNanos', settledNanos),
        reserved: 0n
      }))
    )
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

export async function readBudget({ kysely }: Database, { budget, period }: Pick<AccountName, 'budget' | 'period'>): Promise<Balance[]> {
  const rows = await kysely
    .selectFrom('accounts')
    .selectAll()
    .where('budget', '=', budget)
    .where('period', '=', period)
    .orderBy('scope')
    .execute()
  return rows.map(toBalance)
}

/** Those of the named accounts that exist, in the order of the names. */
export async function readAccounts({ kysely }: Database, names: readonly AccountName[]): Promise<Balance[]> {
  if (names.length === 0) return []
  const named = (builder: ExpressionBuilder<Tables, 'accounts'>) =>
    builder.or(names.map(({ budget, period, scope }) => builder.and({ budget, period, scope })))
  const rows = await kysely.selectFrom('accounts').selectAll().where(named).execute()
  const found = new Map(rows.map(row => [accountKey(row), toBalance(row)]))
  return names.flatMap(name => found.get(accountKey(name)) ?? [])
}

export function toBalance({ budget, period, scope, settled, reserved }: AccountsTable): Balance {
  return { budget, period, scope, settledNanos: settled, reservedNanos: reserved }
}

type Charge = AccountName & { readonly amountNanos: bigint }

/** One statement for each account that is charged or released, in their order. */
export function changeAccounts(
  { charge }: Statements,
  charges: readonly Charge[],
  released: readonly HeldAmountsTable[]
): readonly CompiledQuery[] {
  const changes = new Map<string, { budget: string; period: string; scope: string; charge: bigint; released: bigint }>()
  const changeOf = ({ budget, period, scope }: AccountName) => {
    const key = accountKey({ budget, period, scope })
    const change = changes.get(key) ?? { budget, period, scope, charge: 0n, released: 0n }
    changes.set(key, change)
    return change
  }
  for (const account of charges) changeOf(account).charge += account.amountNanos
  for (const account of released) changeOf(account).released += account.amount
  return inAccountOrder([...changes.values()]).map(charge)
}
