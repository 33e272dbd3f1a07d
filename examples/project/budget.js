import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createHost, isProviderError } from 'resoftai'

// Stands for a vendor, and says that the question had 20 tokens and the answer 100.
const vendor = createServer((_, response) => {
  const message = { role: 'assistant', content: 'Air scatters blue light most.' }
  const usage = { prompt_tokens: 20, completion_tokens: 100, total_tokens: 120 }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ model: 'small', choices: [{ index: 0, message, finish_reason: 'stop' }], usage }))
})
vendor.listen(0, '127.0.0.1')
await once(vendor, 'listening')
const address = `http://127.0.0.1:${vendor.address().port}/v1`

const host = await createHost({
  // Its prices.json says that a million tokens cost 2 CNY in and 8 CNY out.
  home: join(import.meta.dirname, 'priced'),
  config: {
    providers: { office: { plugin: 'openai-compatible', api_base: address, api_key: 'made-up-key' } },
    budgets: [{ per: 'day', limit: '0.02 CNY' }],
    storage: { url: 'sqlite::memory:' }
  }
})
const small = await host.model('office/small')
const messages = [{ role: 'user', content: 'Why is the sky blue?' }]

const reply = await small.chat({ messages, maxTokens: 1000 })
console.log(reply.content, reply.cost.nanos, reply.cost.currency)

try {
  await small.chat({ messages, maxTokens: 4000 })
} catch (error) {
  if (!isProviderError(error) || error.code !== 'budget') throw error
  console.log(error.message, error.hint)
}

for (const { name, settledNanos, reservedNanos, limitNanos, currency } of await host.ledger.budgets()) {
  console.log(name, settledNanos, reservedNanos, limitNanos, currency)
}
for await (const call of host.ledger.records({ provider: 'office' })) {
  console.log(call.status, call.inputTokens, call.outputTokens, call.costNanos)
}
await host.close()
vendor.close()
