import type { ChatRequest } from '@resoftai/sdk'
import { estimateTokens } from '../packages/core/src/tokens/index.ts'
import { median, printTable } from './table.ts'

const megabytes = 4
const rounds = 9
const warmingUp = 2

const texts: Readonly<Record<string, string>> = {
  English: 'She had lived by the river for eleven years, and knew every boat that passed on a Sunday morning.\n',
  code: 'export function total(prices: readonly number[]): number {\n  return prices.reduce((sum, price) => sum + price, 0)\n}\n',
  Chinese: '她在河边住了十一年,认识每个星期天早上经过的每一条船。',
  'base64 letters': Buffer.from(Array.from({ length: 999 }, (_, index) => (index * 7_919) % 251)).toString('base64')
}

/** The estimate of one large text, beside parsing the request that it is in. */
export function measureEstimate(): void {
  for (const [name, line] of Object.entries(texts)) {
    const bytes = megabytes * 1e6
    const content = line.repeat(Math.ceil(bytes / Buffer.byteLength(line)))
    const json = JSON.stringify({ model: 'bench-1', messages: [{ role: 'user', content }] })
    // Parsed, as it comes in: a text made by repeat() is a tree of pieces.
    const request = JSON.parse(json) as ChatRequest
    const times = { parse: [] as number[], estimate: [] as number[] }
    let tokens = 0
    for (let round = 0; round < warmingUp + rounds; round++) {
      const parse = cpuOf(() => (tokens += (JSON.parse(json) as ChatRequest).messages.length))
      const estimate = cpuOf(() => (tokens += estimateTokens(request)))
      if (round < warmingUp) continue
      times.parse.push(parse)
      times.estimate.push(estimate)
    }
    if (tokens < bytes / 10) throw new Error(`Only ${tokens} tokens were counted.`)
    const [parse, estimate] = [median(times.parse), median(times.estimate)]
    printTable(`An estimate of tokens: CPU for ${megabytes} MB of ${name}`, [
      { what: 'JSON.parse', value: bytes / parse, unit: 'MB/s', ratio: 1 },
      { what: 'estimateTokens', value: bytes / estimate, unit: 'MB/s', ratio: estimate / parse, bar: 'at least 100 MB/s' }
    ])
  }
}

/** Microseconds, so that bytes by them are megabytes a second. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
