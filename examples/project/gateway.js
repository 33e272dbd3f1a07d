import { createHost } from 'resoftai'
import { createGateway, digestOf, newKey, openStorage, shownOf } from 'resoftai/gateway'

const host = await createHost()
// A file is `sqlite:./resoftai.db`.
const storage = await openStorage('sqlite::memory:')
const gateway = createGateway({ host, keys: storage.keys })
const address = await gateway.listen({ host: '127.0.0.1', port: 0 })

// Shown to its owner once: only its digest is kept.
const key = newKey()
await storage.keys.create({ name: 'ann', role: 'client', shown: shownOf(key), digest: digestOf(key) })

const response = await fetch(`${address}/v1/chat/completions`, {
  method: 'POST',
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'simulator/canned', messages: [{ role: 'user', content: 'Why is the sky blue?' }] })
})
const { choices } = await response.json()
console.log(response.status, choices[0].message.content)

await gateway.close()
await host.close()
await storage.close()
