import type { ArgumentSpec, CommandSpec, OptionSpec } from '../spec.ts'

const name: ArgumentSpec = { name: 'name', required: true, text: 'argument.keyName' }
const known: ArgumentSpec = { ...name, completes: 'key' }

const limits: readonly OptionSpec[] = [
  { flags: '--models <patterns>', text: 'option.keys.models' },
  { flags: '--budget <limit>', text: 'option.keys.budget', many: true },
  { flags: '--rpm <number>', text: 'option.keys.rpm' },
  { flags: '--tpm <number>', text: 'option.keys.tpm' },
  { flags: '--parallel <number>', text: 'option.keys.parallel' },
  { flags: '--expires <time>', text: 'option.keys.expires' }
]

export const keyCommands: readonly CommandSpec[] = [
  {
    path: ['keys', 'create'],
    text: 'command.keys.create',
    args: [name],
    options: [{ flags: '--admin', text: 'option.keys.admin' }, ...limits],
    examples: [
      'resoftai keys create ann --models "groq/*,fast" --budget "20 CNY/day" --budget "1 CNY/request"',
      'KEY=$(resoftai keys create ci --rpm 60 --expires 30d)'
    ],
    load: async () => (await import('./create.ts')).keysCreate
  },
  {
    path: ['keys', 'list'],
    text: 'command.keys.list',
    args: [],
    options: [],
    examples: ['resoftai keys list', 'resoftai keys list --json'],
    load: async () => (await import('./list.ts')).keysList
  },
  {
    path: ['keys', 'rotate'],
    text: 'command.keys.rotate',
    args: [known],
    options: [{ flags: '--grace <time>', text: 'option.keys.grace' }],
    examples: ['resoftai keys rotate ci', 'resoftai keys rotate ci --grace 0'],
    load: async () => (await import('./rotate.ts')).keysRotate
  },
  {
    path: ['keys', 'revoke'],
    text: 'command.keys.revoke',
    args: [known],
    options: [{ flags: '--yes', text: 'option.keys.yes' }],
    examples: ['resoftai keys revoke ci', 'resoftai keys revoke ci --yes'],
    load: async () => (await import('./revoke.ts')).keysRevoke
  },
  {
    path: ['keys', 'update'],
    text: 'command.keys.update',
    args: [known],
    options: limits,
    examples: ['resoftai keys update ci --rpm 120 --expires 90d', 'resoftai keys update ann --models all --budget none'],
    load: async () => (await import('./update.ts')).keysUpdate
  }
]
