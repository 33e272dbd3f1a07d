import type { CommandSpec, OptionSpec } from '../spec.ts'
import { formats, views } from './choices.ts'

const range: readonly OptionSpec[] = [
  { flags: '--since <time>', text: 'option.cost.since' },
  { flags: '--until <time>', text: 'option.cost.until' },
  { flags: '-p, --provider <name>', text: 'option.cost.provider', completes: 'provider' }
]

export const costCommands: readonly CommandSpec[] = [
  {
    path: ['cost'],
    text: 'command.cost',
    args: [],
    options: [
      ...range,
      { flags: '--by <group>', text: 'option.cost.by', completes: views },
      { flags: '--currency <code>', text: 'option.cost.currency' }
    ],
    examples: ['resoftai cost', 'resoftai cost --since 7d --by model', 'resoftai cost --since 2026-11-01 --currency CNY'],
    load: async () => (await import('./cost.ts')).cost
  },
  {
    path: ['cost', 'export'],
    text: 'command.cost.export',
    args: [],
    options: [
      ...range,
      { flags: '--format <format>', text: 'option.cost.format', completes: formats },
      { flags: '-o, --output <file>', text: 'option.cost.output', completes: 'file' },
      { flags: '--force', text: 'option.cost.force' }
    ],
    examples: ['resoftai cost export -o calls.csv', 'resoftai cost export --since 7d --format jsonl | grep rate_limit'],
    load: async () => (await import('./export.ts')).costExport
  },
  {
    path: ['cost', 'prune'],
    text: 'command.cost.prune',
    args: [],
    options: [
      { flags: '--older-than <time>', text: 'option.cost.olderThan' },
      { flags: '--yes', text: 'option.cost.yes' }
    ],
    examples: ['resoftai cost prune --older-than 90d', 'resoftai cost prune --older-than 2026-01-01 --yes'],
    load: async () => (await import('./prune.ts')).costPrune
  }
]
