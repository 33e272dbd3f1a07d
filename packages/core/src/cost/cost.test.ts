import { describe, expect, test } from '@jest/globals'
import type { Cost, Usage } from '@resoftai/sdk'
import { convert } from './convert.ts'
import { curatedPrices } from './curated.ts'
import { judgePriceList } from './judge.ts'
import { PriceBook } from './price-book.ts'
import { priceReply } from './price-reply.ts'
import type { CostAnswer, CostQuestion, Price } from './types.ts'

const book = new PriceBook(curatedPrices())
const openai: Omit<CostQuestion, 'model' | 'usage'> = {
  provider: 'openai',
  url: 'https://api.openai.com/v1/chat/completions',
  at: new Date('2026-11-21T12:00:00Z')
}
const zhipu = { ...openai, provider: 'zhipu', url: 'https://open.bigmodel.cn/api/paas/v4/chat/completions' }
const small: Usage = { inputTokens: 1000, outputTokens: 100 }
const flat: Price = {
  service: 's',
  model: 'm',
  currency: 'USD',
  input: '2',
  output: '8',
  cached: '0.5',
  source: 'test',
  date: '2026-01-01'
}

function costOf(answer: CostAnswer): Cost {
  if ('unknown' in answer) throw new Error(answer.unknown)
  return answer.cost
}

function reasonOf(answer: CostAnswer): string {
  return 'unknown' in answer ? answer.unknown : 'known'
}

describe('the curated list', () => {
  test('fits its own schema, and names source and date of each price', () => {
    const list = curatedPrices()
    expect(judgePriceList(list)).toEqual([])
    expect(new Set(list.prices?.map(({ service, model }) => `${service}/${model}`)).size).toBeGreaterThan(100)
  })

  test('knows the services of all its prices, and never has two prices for one moment', () => {
    const { prices = [], services = {} } = curatedPrices()
    expect(prices.filter(({ service }) => services[service] === undefined)).toEqual([])
    const keys = prices.flatMap(({ service, model, names = [], from, hours, days }) =>
      [model, ...names].map(name => JSON.stringify([service, name, from, hours, days]))
    )
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
  })

  test('says of nearly all models how much output they make, the same in each price of a model', () => {
    const { prices = [] } = curatedPrices()
    const modelsOf = (of: readonly Price[]) => new Set(of.map(({ service, model }) => `${service}/${model}`)).size
    const said = new Set(prices.map(({ service, model, max_output }) => `${service}/${model} ${max_output}`))
    expect(said.size).toBe(modelsOf(prices))
    expect(modelsOf(prices.filter(({ max_output }) => max_output !== undefined)) / modelsOf(prices)).toBeGreaterThan(0.95)
  })

  test.each([
    ['openai/gpt-4', 4_096],
    ['openai/gpt-3.5-turbo', 4_096],
    ['openai/gpt-5-chat-latest', 16_384],
    ['anthropic/claude-3-haiku-20240307', 4_096],
    ['anthropic/claude-3-5-sonnet-20241022', 8_192],
    ['gemini/gemini-2.0-flash', 8_192],
    ['zhipu/glm-4-flash', 4_095],
    ['moonshot-ai/moonshot-v1-8k', 4_096],
    ['groq/llama-3.1-8b-instant', 8_000]
  ])('knows that %s takes no more than %d', (name, tokens) => {
    const [service = '', model = ''] = name.split('/')
    expect(book.find(service, model).map(({ max_output }) => max_output)).toEqual([tokens])
  })
})

describe('the most output of a model', () => {
  const judged = (max_output: unknown) => judgePriceList({ version: 1, prices: [{ ...flat, max_output }] })

  test('is a whole number above 0', () => {
    expect(judged(4_096)).toEqual([])
    for (const wrong of [0, -1, 1.5, '4096', null]) expect(judged(wrong)).not.toEqual([])
  })

  test('is that of a person who sets another', () => {
    const own = { list: { version: 1 as const, prices: [{ ...flat, service: 'openai', model: 'gpt-4', max_output: 2_000 }] }, problems: [] }
    expect(new PriceBook(curatedPrices(), own).find('openai', 'gpt-4').map(({ max_output }) => max_output)).toEqual([2_000])
  })
})

describe('the price of a model', () => {
  const model = (name: string, more: Partial<CostQuestion> = {}) => book.costOf({ ...openai, model: name, usage: small, ...more })

  test('is found by its name in any case, by another name, and by the name without its date', () => {
    expect(costOf(model('gpt-4o')).price).toMatchObject({ service: 'openai', model: 'gpt-4o' })
    expect(costOf(model('GPT-4o-2024-08-06')).price).toMatchObject({ model: 'gpt-4o' })
    expect(costOf(model('gpt-5.1-codex')).price).toMatchObject({ model: 'gpt-5.1' })
  })

  test('is its own where a dated version has one', () => {
    expect(costOf(model('gpt-4o-2024-05-13')).nanos).toBe(6_500_000n)
    expect(costOf(model('gpt-4o-2024-08-06')).nanos).toBe(3_500_000n)
  })

  test('is unknown for a model that is not listed, with the command that would set it', () => {
    expect(reasonOf(model('gpt-99'))).toBe(
      'The price of gpt-99 at openai is not known. Set one with: resoftai prices set openai/gpt-99 --input … --output …'
    )
    expect(reasonOf(model('gpt-4o-my-finetune'))).toMatch(/not known/)
  })

  test('belongs to the service that the request went to, not to a name', () => {
    expect(reasonOf(model('gpt-4o', { url: 'https://relay.example/v1/chat/completions' }))).toMatch(/at openai is not known/)
    expect(reasonOf(model('openai/gpt-4o', { url: 'https://openrouter.ai/api/v1/chat/completions' }))).toMatch(/not known/)
    expect(reasonOf(model('gpt-4o', { url: 'https://api.openai.com.evil.example/v1' }))).toMatch(/not known/)
    expect(reasonOf(model('gpt-4o', { url: 'nonsense' }))).toMatch(/not known/)
  })

  test('is none for a coding plan, which is paid by the month', () => {
    expect(costOf(book.costOf({ ...zhipu, model: 'glm-5.3', usage: small })).currency).toBe('CNY')
    const plan = { ...zhipu, url: 'https://open.bigmodel.cn/api/coding/paas/v4/chat/completions' }
    expect(reasonOf(book.costOf({ ...plan, model: 'glm-5.3', usage: small }))).toMatch(/not known/)
  })

  test('is the one in force at the time of the reply', () => {
    const input = (at: string) =>
      costOf(model('gpt-5.6-sol', { at: new Date(at), usage: { inputTokens: 1_000_000 / 4, outputTokens: 0 } })).nanos
    expect([input('2026-08-20T23:59:59Z'), input('2026-08-21T00:00:00Z')]).toEqual([1_250_000_000n, 1_000_000_000n])
  })

  test('is unknown before its first day and after its last', () => {
    const dated = new PriceBook({
      version: 1,
      services: { s: ['https://s.example/'] },
      prices: [{ ...flat, from: '2026-01-02', until: '2026-01-03' }]
    })
    const on = (at: string) =>
      reasonOf(dated.costOf({ provider: 'p', url: 'https://s.example/v1', model: 'm', usage: small, at: new Date(at) }))
    expect(on('2026-01-01T23:59:59Z')).toMatch(/not known/)
    expect([on('2026-01-02T00:00:00Z'), on('2026-01-03T23:59:59Z')]).toEqual(['known', 'known'])
    expect(on('2026-01-04T00:00:00Z')).toMatch(/not known/)
  })

  test('is that of the peak hours of a working day within them', () => {
    const ask = { ...openai, url: 'https://api.deepseek.com/chat/completions', model: 'deepseek-v4-flash' }
    const input = (at: string) =>
      costOf(book.costOf({ ...ask, at: new Date(at), usage: { inputTokens: 1_000_000, outputTokens: 0 } })).nanos
    expect(input('2026-11-20T06:00:00Z')).toBe(440_000_000n)
    expect(input('2026-11-20T10:00:00Z')).toBe(220_000_000n)
    expect(input('2026-11-21T06:00:00Z')).toBe(220_000_000n)
  })

  test('is that of the peak hours even where the other one began later', () => {
    const prices = [
      { ...flat, hours: ['09:00-10:00'] },
      { ...flat, input: '1', from: '2026-02-01' }
    ]
    const timed = new PriceBook({ version: 1, services: { s: ['https://s.example'] }, prices })
    const ask = { provider: 'p', url: 'https://s.example', model: 'm', usage: { inputTokens: 1_000_000, outputTokens: 0 } }
    const input = (at: string) => costOf(timed.costOf({ ...ask, at: new Date(at) })).nanos
    expect([input('2026-03-01T09:30:00Z'), input('2026-03-01T10:00:00Z')]).toEqual([2_000_000_000n, 1_000_000_000n])
  })
})

describe("a person's own price", () => {
  const own = (service: string, more: Partial<Price> = {}) =>
    new PriceBook(curatedPrices(), {
      list: { version: 1, prices: [{ ...flat, service, model: 'gpt-4o', currency: 'EUR', ...more }] },
      problems: []
    })

  test('wins over the list, by the name of the service or of the provider', () => {
    expect(costOf(own('openai').costOf({ ...openai, model: 'gpt-4o', usage: small })).currency).toBe('EUR')
    const work = { ...openai, provider: 'work', url: 'https://relay.example/v1' }
    expect(costOf(own('work').costOf({ ...work, model: 'gpt-4o', usage: small })).currency).toBe('EUR')
    expect(costOf(own('work').costOf({ ...openai, model: 'gpt-4o', usage: small })).currency).toBe('USD')
  })

  test('hides the curated one from the list, unless it holds for a while only', () => {
    const shown = (other: PriceBook) => other.prices().filter(({ service, model }) => service === 'openai' && model === 'gpt-4o')
    expect(shown(own('openai')).map(price => price.own)).toEqual([true])
    expect(shown(own('openai', { from: '2027-01-01' })).map(price => price.own)).toEqual([true, false])
  })
})

describe('the cost of a reply', () => {
  test('is charged by the length of the input and of the output', () => {
    const of = (inputTokens: number, outputTokens: number) =>
      costOf(book.costOf({ ...zhipu, model: 'glm-4.7', usage: { inputTokens, outputTokens } })).parts
    expect(of(31_999, 199)).toMatchObject({ input: 63_998_000n, output: 1_592_000n })
    expect(of(31_999, 200)).toMatchObject({ input: 95_997_000n, output: 2_800_000n })
    expect(of(32_000, 199)).toMatchObject({ input: 128_000_000n, output: 3_184_000n })
  })

  test('is unknown where no tier fits', () => {
    const answer = book.costOf({ ...zhipu, model: 'glm-4.6', usage: { inputTokens: 200_000, outputTokens: 1 } })
    expect(reasonOf(answer)).toBe('The price of glm-4.6 is not known for a request of this length.')
  })

  test('counts each cached token once, and no more of them than there was input', () => {
    const cached = (usage: Usage) => costOf(priceReply(flat, usage)).parts
    expect(cached({ inputTokens: 1000, outputTokens: 0, cachedTokens: 400 })).toMatchObject({ input: 1_200_000n, cachedInput: 200_000n })
    expect(cached({ inputTokens: 7, outputTokens: 0, cachedTokens: 161 })).toMatchObject({ input: 0n, cachedInput: 3_500n })
  })

  test('charges what is written to the cache at its own rate', () => {
    const usage = { inputTokens: 1000, outputTokens: 10, cachedTokens: 300, cacheWriteTokens: 600 }
    const answer = book.costOf({ ...openai, url: 'https://api.anthropic.com/v1/messages', model: 'claude-sonnet-5', usage })
    expect(costOf(answer).parts).toEqual({ input: 200_000n, cachedInput: 60_000n, cacheWrite: 1_500_000n, output: 100_000n })
  })

  test('charges reasoning once, whether it is part of the output or beside it', () => {
    const inside = costOf(priceReply(flat, { inputTokens: 35, outputTokens: 74, totalTokens: 109, reasoningTokens: 62 }))
    const beside = costOf(priceReply(flat, { inputTokens: 35, outputTokens: 12, totalTokens: 109, reasoningTokens: 62 }))
    const untold = costOf(priceReply(flat, { inputTokens: 35, outputTokens: 12, totalTokens: 109 }))
    expect(inside.parts).toEqual({ input: 70_000n, cachedInput: 0n, cacheWrite: 0n, output: 96_000n, reasoning: 496_000n })
    expect(beside).toEqual(inside)
    expect(untold).toEqual(inside)
  })

  test('takes the rates for reasoning and for batches where there are some', () => {
    const price: Price = { ...flat, reasoning: '20', batch: { input: '1', output: '4' } }
    expect(costOf(priceReply(price, { inputTokens: 0, outputTokens: 100, reasoningTokens: 60 })).nanos).toBe(320_000n + 1_200_000n)
    expect(reasonOf(priceReply(price, small))).toMatch(/reasoning, which was not reported/)
    expect(costOf(priceReply(price, small, true)).nanos).toBe(1_000_000n + 400_000n)
    expect(reasonOf(priceReply(flat, small, true))).toMatch(/in a batch/)
  })

  test('is unknown, never 0, without a number or a rate that it needs', () => {
    expect(reasonOf(priceReply(flat, { inputTokens: 1 }))).toMatch(/did not report/)
    expect(reasonOf(priceReply(flat, { outputTokens: 1 }))).toMatch(/did not report/)
    const { cached: _, ...uncached } = flat
    expect(reasonOf(priceReply(uncached, { ...small, cachedTokens: 1 }))).toMatch(/cached input/)
    expect(reasonOf(priceReply(flat, { ...small, cacheWriteTokens: 1 }))).toMatch(/written to the cache/)
  })

  test('says that its tokens were estimated', () => {
    expect(costOf(priceReply(flat, { ...small, estimated: true })).estimated).toBe(true)
    expect(costOf(priceReply(flat, small))).not.toHaveProperty('estimated')
  })

  test('is exact to the nano-unit for any numbers', () => {
    const random = seeded(20_261_121)
    for (let round = 0; round < 5_000; round++) {
      const [input, output, cached, write, reasoning] = Array.from({ length: 5 }, () => decimal(random)) as [
        string,
        string,
        string,
        string,
        string
      ]
      const inputTokens = random(2 ** 40)
      const cachedTokens = random(inputTokens + 1)
      const cacheWriteTokens = random(inputTokens - cachedTokens + 1)
      const outputTokens = random(2 ** 40)
      const reasoningTokens = random(outputTokens + 1)
      const price: Price = { ...flat, input, output, cached, cache_write: write, reasoning }
      const { nanos, parts } = costOf(priceReply(price, { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens }))
      expect(parts).toEqual({
        input: exactly(inputTokens - cachedTokens - cacheWriteTokens, input),
        cachedInput: exactly(cachedTokens, cached),
        cacheWrite: exactly(cacheWriteTokens, write),
        output: exactly(outputTokens - reasoningTokens, output),
        reasoning: exactly(reasoningTokens, reasoning)
      })
      expect(nanos).toBe(Object.values(parts ?? {}).reduce((sum: bigint, part: bigint) => sum + part, 0n))
    }
  })
})

describe('a cost in another currency', () => {
  const rate = (date: string, of: string) => ({ from: 'USD', to: 'CNY', rate: of, source: 'test', date })
  const rates = [rate('2026-01-01', '7'), rate('2026-02-01', '7.5')]
  const at = new Date('2026-01-31T23:00:00Z')

  test('is reckoned by the latest rate of its day, in either direction, and keeps the native amount', () => {
    const native: Cost = { nanos: 3n, currency: 'USD' }
    expect(convert(native, 'CNY', rates, at)).toEqual({ nanos: 21n, currency: 'CNY', rate: rates[0], native })
    expect(convert(native, 'CNY', rates, new Date('2026-02-01T00:00:00Z'))?.nanos).toBe(23n)
    expect(convert({ nanos: 25n, currency: 'CNY' }, 'USD', rates, at)?.nanos).toBe(4n)
  })

  test('is unknown without a rate', () => {
    expect(convert({ nanos: 3n, currency: 'USD' }, 'EUR', rates, at)).toBeUndefined()
    expect(convert({ nanos: 3n, currency: 'USD' }, 'CNY', rates, new Date('2025-12-31T00:00:00Z'))).toBeUndefined()
  })

  test('comes from the book too', () => {
    expect(book.convert({ nanos: 10_000n, currency: 'USD' }, 'CNY', openai.at)?.nanos).toBe(70_197n)
  })
})

function seeded(seed: number): (below: number) => number {
  let state = BigInt(seed)
  return below => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
    return Number((state >> 11n) % BigInt(below))
  }
}

function decimal(random: (below: number) => number): string {
  const places = random(10)
  return places === 0 ? String(random(1000)) : `${random(1000)}.${String(random(10 ** places)).padStart(places, '0')}`
}

/** Exact rational arithmetic, written another way: tokens × digits over a power of ten, rounded half up. */
function exactly(tokens: number, perMillion: string): bigint {
  const places = BigInt(perMillion.split('.')[1]?.length ?? 0)
  const top = BigInt(tokens) * BigInt(perMillion.replace('.', '')) * 10n ** 9n
  const bottom = 10n ** (6n + places)
  const rest = top % bottom
  return top / bottom + (rest * 2n >= bottom ? 1n : 0n)
}
