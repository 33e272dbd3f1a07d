import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { giveMemoryBack } from '../src/serve/give-memory-back.ts'

async function listen(): Promise<Server> {
  const server = createServer(socket => socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Counts searches for all that can be given back: no other is made so long as there is memory. */
function watchSearches() {
  let searches = 0
  const observer = new PerformanceObserver(list => {
    for (const { detail } of list.getEntries() as { detail?: { flags?: number } }[]) {
      if (detail?.flags === constants.NODE_PERFORMANCE_GC_FLAGS_ALL_AVAILABLE_GARBAGE) searches++
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return { isSearched: () => searches > 0, [Symbol.dispose]: () => observer.disconnect() }
}

async function comes(about: () => boolean, withinMs: number): Promise<boolean> {
  for (const until = performance.now() + withinMs; performance.now() < until;) {
    if (about()) return true
    await sleep(50)
  }
  return false
}

test('memory is given back when nobody is connected, and not before', async () => {
  const server = await listen()
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(client, 'connect')
  using memory = watchSearches()
  const stop = giveMemoryBack(server)
  expect(await comes(memory.isSearched, 1_600)).toBe(false)
  client.destroy()
  expect(await comes(memory.isSearched, 20_000)).toBe(true)
  stop()
  server.close()
})

test('a gateway that stops before it could does not wait for it', async () => {
  const server = await listen()
  using memory = watchSearches()
  giveMemoryBack(server)()
  expect(await comes(memory.isSearched, 1_600)).toBe(false)
  server.close()
})
