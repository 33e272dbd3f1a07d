// One process of several: does what its arguments say, and tells its parent.
import { randomUUID } from 'node:crypto'
import { openLedgerStore, openStorage } from '../src/index.ts'
import { account, sampleHold, sampleRecord } from './samples.ts'

const [task, url = '', ...rest] = process.argv.slice(2)
const store = await openLedgerStore(url)
const say = (message: unknown) => process.send?.(message)

const names = [account, { ...account, budget: 'person' }]

async function reserveMany(count: number, limitNanos: bigint, reversed: boolean): Promise<number> {
  const accounts = names.map(name => ({ ...name, amountNanos: 1n, limitNanos }))
  const outcomes = await Promise.all(
    Array.from({ length: count }, () =>
      store.reserve({ ...sampleHold(1n, limitNanos), accounts: reversed ? accounts.toReversed() : accounts })
    )
  )
  return outcomes.filter(({ outcome }) => outcome === 'held').length
}

/** Calls without end, a few at a time. */
async function callForever(): Promise<never> {
  for (;;) {
    const hold = sampleHold(1_000n, 1_000_000_000n, { leaseMs: 0 })
    await store.reserve(hold)
    await store.settle({ record: sampleRecord({ id: hold.id, costNanos: 7n }), charges: [{ ...account, amountNanos: 7n }] })
    say('called')
  }
}

/** Makes keys of as many names as it can; another process wants the same ones. */
async function makeKeys(count: number): Promise<readonly string[]> {
  const storage = await openStorage(url)
  const wanted = Array.from({ length: count }, (_, index) => `key-${index}`)
  const create = (name: string) => storage.keys.create({ name, role: 'client', shown: 'rk-a1b2…', digest: randomUUID() })
  const made = await Promise.allSettled(wanted.map(create))
  await storage.close()
  return wanted.filter((_, index) => made[index]?.status === 'fulfilled')
}

if (task === 'open') await store.close()
else if (task === 'reserve') {
  say('ready')
  await new Promise(resolve => process.once('message', resolve))
  say(await reserveMany(Number(rest[0]), BigInt(rest[1] ?? ''), rest[2] === 'reversed'))
  await store.close()
  process.disconnect?.()
} else if (task === 'keys') {
  say('ready')
  await new Promise(resolve => process.once('message', resolve))
  say(await makeKeys(Number(rest[0])))
  await store.close()
  process.disconnect?.()
} else if (task === 'hold') {
  const hold = sampleHold(10n, 10n, { leaseMs: Number(rest[0]) })
  await store.reserve(hold)
  say(hold.id)
} else if (task === 'call') await Promise.all(Array.from({ length: 4 }, callForever))
