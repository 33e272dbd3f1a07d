import { kinds } from '../../create/blueprint.ts'
import type { ArgumentSpec, CommandSpec } from '../spec.ts'

const id: ArgumentSpec = { name: 'id', required: true, text: 'argument.id', completes: 'plugin' }

export const pluginCommands: readonly CommandSpec[] = [
  {
    path: ['plugin', 'install'],
    text: 'command.plugin.install',
    args: [{ name: 'source', required: true, text: 'argument.source', completes: 'plugin' }],
    options: [{ flags: '--force', text: 'option.force' }],
    examples: [
      'resoftai plugin install openai-compatible',
      'resoftai plugin install ./my-plugin',
      'resoftai plugin install ./my-plugin-1.0.0.tgz'
    ],
    load: async () => (await import('./install.ts')).install
  },
  {
    path: ['plugin', 'list'],
    text: 'command.plugin.list',
    args: [],
    options: [],
    examples: ['resoftai plugin list', 'resoftai plugin list --json'],
    load: async () => (await import('./list.ts')).list
  },
  {
    path: ['plugin', 'info'],
    text: 'command.plugin.info',
    args: [id],
    options: [],
    examples: ['resoftai plugin info openai-compatible'],
    load: async () => (await import('./info.ts')).info
  },
  {
    path: ['plugin', 'config'],
    text: 'command.plugin.config',
    args: [id],
    options: [
      { flags: '--preset <name>', text: 'option.preset' },
      { flags: '--name <name>', text: 'option.name' },
      { flags: '--set <key=value>', text: 'option.set', many: true },
      { flags: '--secret-stdin <field>', text: 'option.secretStdin' }
    ],
    examples: [
      'resoftai plugin config openai-compatible',
      'resoftai plugin config openai-compatible --preset groq --set timeout=30',
      'pass show groq | resoftai plugin config openai-compatible --preset groq --secret-stdin api_key'
    ],
    load: async () => (await import('./configure.ts')).configure
  },
  {
    path: ['plugin', 'uninstall'],
    text: 'command.plugin.uninstall',
    args: [id],
    options: [],
    examples: ['resoftai plugin uninstall openai-compatible'],
    load: async () => (await import('./uninstall.ts')).uninstall
  },
  {
    path: ['plugin', 'enable'],
    text: 'command.plugin.enable',
    args: [id],
    options: [],
    examples: ['resoftai plugin enable openai-compatible'],
    load: async () => (await import('./enable.ts')).enable
  },
  {
    path: ['plugin', 'disable'],
    text: 'command.plugin.disable',
    args: [id],
    options: [],
    examples: ['resoftai plugin disable openai-compatible'],
    load: async () => (await import('./enable.ts')).disable
  },
  {
    path: ['plugin', 'create'],
    text: 'command.plugin.create',
    args: [{ name: 'name', required: true, text: 'argument.newPlugin' }],
    options: [
      { flags: '--kind <kind>', text: 'option.kind', completes: kinds },
      { flags: '--dir <directory>', text: 'option.dir', completes: 'directory' },
      { flags: '--title <text>', text: 'option.title' },
      { flags: '--api-base <url>', text: 'option.apiBase' },
      { flags: '--author <name>', text: 'option.author' }
    ],
    examples: [
      'resoftai plugin create acme',
      'resoftai plugin create @scope/acme --kind dialect --dir plugins/acme --title "Acme AI" --api-base https://api.acme.example/v1'
    ],
    load: async () => (await import('./create.ts')).create
  },
  {
    path: ['plugin', 'check'],
    text: 'command.plugin.check',
    args: [{ name: 'plugin', required: true, text: 'argument.plugin', completes: 'directory' }],
    options: [{ flags: '--junit <file>', text: 'option.junit', completes: 'file' }],
    examples: [
      'resoftai plugin check ./my-plugin',
      'resoftai plugin check openai-compatible',
      'resoftai plugin check . --junit report.xml'
    ],
    load: async () => (await import('./check.ts')).check
  }
]
