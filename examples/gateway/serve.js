import { createHost, createLog, createRedactor } from 'resoftai'
import { createGateway, digestOf, newKey, openStorage, shownOf, Spending } from 'resoftai/gateway'

// A file is `sqlite:./resoftai.db`.
const storage = await openStorage('sqlite::memory:')
const spending = new Spending()
const redactor = createRedactor()
const host = await createHost({
  ledger: true,
  // What goes into the ledger is counted for the metrics on its way. The storage is closed below.
  openStorage: async () => spending.watch({ ...storage.ledger, close: async () => {} }),
  overrides: { redactor }
})
const gateway = createGateway({
  host,
  keys: storage.keys,
  // Without it there is no chat backend.
  conversations: storage.conversations,
  spending,
  log: createLog({ level: 'warn', redactor })
})
const address = await gateway.listen({ host: '127.0.0.1', port: 0 })

// Shown to its owner once: only its digest is kept.
const key = newKey()
await storage.keys.create({ name: 'ann', role: 'client', shown: shownOf(key), digest: digestOf(key), requestsPerMinute: 60 })

const response = await fetch(`${address}/api/chat`, {
  method: 'POST',
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'Do I need a coat in Paris?', provider: 'simulator' })
})
const { conversation_id, message } = await response.json()
console.log(response.status, conversation_id, message.content)

await gateway.close()
await host.close()
await storage.close()
