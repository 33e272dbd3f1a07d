import type { ArgumentSpec, CommandSpec } from '../spec.ts'

const model: ArgumentSpec = { name: 'model', required: true, text: 'argument.pricedModel' }

export const priceCommands: readonly CommandSpec[] = [
  {
    path: ['prices', 'list'],
    text: 'command.prices.list',
    args: [],
    options: [{ flags: '-p, --provider <name>', text: 'option.pricesOf', completes: 'provider' }],
    examples: ['resoftai prices list', 'resoftai prices list --provider zhipu'],
    load: async () => (await import('./list.ts')).pricesList
  },
  {
    path: ['prices', 'show'],
    text: 'command.prices.show',
    args: [model],
    options: [],
    examples: ['resoftai prices show zhipu/glm-4.7'],
    load: async () => (await import('./list.ts')).pricesShow
  },
  {
    path: ['prices', 'set'],
    text: 'command.prices.set',
    args: [model],
    options: [
      { flags: '--input <amount>', text: 'option.price.input' },
      { flags: '--output <amount>', text: 'option.price.output' },
      { flags: '--cached <amount>', text: 'option.price.cached' },
      { flags: '--cache-write <amount>', text: 'option.price.cacheWrite' },
      { flags: '--reasoning <amount>', text: 'option.price.reasoning' },
      { flags: '--currency <code>', text: 'option.price.currency' },
      { flags: '--from <day>', text: 'option.price.from' }
    ],
    examples: ['resoftai prices set v3/gpt-4o --input 1.2 --output 3.4 --cached 0.6 --currency CNY'],
    load: async () => (await import('./set.ts')).pricesSet
  },
  {
    path: ['prices', 'update'],
    text: 'command.prices.update',
    args: [{ name: 'source', required: true, text: 'argument.priceList', completes: 'file' }],
    options: [],
    examples: ['resoftai prices update ./prices.json', 'resoftai prices update https://example.com/prices.json'],
    load: async () => (await import('./update.ts')).pricesUpdate
  }
]
