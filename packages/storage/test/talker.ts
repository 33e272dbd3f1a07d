// One process of several that talk in a conversation: does what its arguments say, and tells its parent.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStorage } from '../src/index.ts'

const [task, url = '', id = '', owner = '', ...rest] = process.argv.slice(2)
const storage = await openStorage(url)
const store = storage.conversations
const say = (message: unknown) => process.send?.(message)

async function begin(leaseMs = 60_000): Promise<string> {
  const turn = randomUUID()
  while ((await store.beginTurn(id, owner, { turn, leaseMs })) !== 'begun') await sleep(Math.random() * 10)
  return turn
}

if (task === 'hold') {
  // Stays until it is killed.
  process.on('message', () => {})
  say(await begin(Number(rest[0])))
} else if (task === 'talk forever') {
  const parts = Array.from({ length: 20 }, (_, part) => part)
  for (;;) {
    await store.endTurn(id, await begin(0), parts)
    say('talked')
  }
} else if (task === 'talk') {
  const [name, turns] = rest
  say('ready')
  await new Promise(resolve => process.once('message', resolve))
  for (let count = 0; count < Number(turns); count++) {
    const turn = await begin()
    const seen = (await store.find(id, owner))?.messages
    await store.endTurn(
      id,
      turn,
      [0, 1].map(part => ({ name, count, seen, part }))
    )
  }
  say('done')
  await storage.close()
  process.disconnect?.()
}
