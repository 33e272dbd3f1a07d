// Runs in a process of its own: what a stream costs the process that reads it can be told apart only there.
import { isProviderError } from 'resoftai'
import { connect, question } from './support.ts'

const address = process.argv[2] ?? ''
await using client = await connect(address, { settings: { max_retries: 0 } })
// A first, short stream loads what loads once.
await client.provider.chat(question)

const memoryBeforeKb = process.resourceUsage().maxRSS
const startedAt = performance.now()
let turns = 0
const timer = setInterval(() => turns++, 10)
let characters = 0
let failure: unknown
try {
  for await (const event of client.provider.stream(question)) if (event.type === 'text') characters += event.text.length
} catch (error) {
  failure = isProviderError(error) ? { kind: error.kind, code: error.code, retryable: error.retryable } : String(error)
}
clearInterval(timer)
const durationMs = performance.now() - startedAt
const grownMb = (process.resourceUsage().maxRSS - memoryBeforeKb) / 1024
console.log(JSON.stringify({ failure, characters, turns, durationMs, grownMb }))
