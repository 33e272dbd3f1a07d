import { costCommands } from './cost/table.ts'
import { keyCommands } from './keys/table.ts'
import { pluginCommands } from './plugin/table.ts'
import { priceCommands } from './prices/table.ts'
import type { ArgumentSpec, CommandSpec, OptionSpec } from './spec.ts'

const provider: OptionSpec = { flags: '-p, --provider <name>', text: 'option.provider', completes: 'provider' }
const model: OptionSpec = { flags: '-m, --model <model>', text: 'option.model', completes: 'route' }
const system: OptionSpec = { flags: '--system <text>', text: 'option.system' }
const temperature: OptionSpec = { flags: '--temperature <number>', text: 'option.temperature' }
const maxTokens: OptionSpec = { flags: '--max-tokens <number>', text: 'option.maxTokens' }
const strict: OptionSpec = { flags: '--strict', text: 'option.strict' }
const trace: OptionSpec = { flags: '--trace', text: 'option.trace' }
const quiet: OptionSpec = { flags: '-q, --quiet', text: 'option.quiet' }
const secretPlace: readonly ArgumentSpec[] = [
  { name: 'provider', required: true, text: 'argument.provider', completes: 'provider' },
  { name: 'field', required: true, text: 'argument.field' }
]

/** Every command of the program, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  {
    path: ['chat'],
    text: 'command.chat',
    args: [{ name: 'prompt', many: true, text: 'argument.prompt' }],
    options: [
      provider,
      model,
      system,
      temperature,
      maxTokens,
      { flags: '--no-stream', text: 'option.noStream' },
      { flags: '--dry-run', text: 'option.dryRun' },
      strict,
      trace,
      quiet
    ],
    examples: ['resoftai chat "Why is the sky blue?"', 'git diff | resoftai chat -p groq "Review this change."', 'resoftai chat'],
    load: async () => (await import('./chat.ts')).chat
  },
  {
    path: ['agent', 'run'],
    text: 'command.agent.run',
    args: [{ name: 'task', many: true, text: 'argument.task' }],
    options: [
      { flags: '--role <role>', text: 'option.role' },
      system,
      provider,
      model,
      { flags: '--tools <file|name>', text: 'option.tools', many: true, completes: 'file' },
      { flags: '--max-steps <number>', text: 'option.maxSteps' },
      strict,
      trace,
      quiet
    ],
    examples: [
      'resoftai agent run --role developer -p zhipu "Write a haiku about tests."',
      'resoftai agent run --tools ./tools.js "What is the weather in Paris?"'
    ],
    load: async () => (await import('./agent.ts')).agentRun
  },
  {
    path: ['providers'],
    text: 'command.providers',
    args: [],
    options: [],
    examples: ['resoftai providers', 'resoftai providers --json'],
    load: async () => (await import('./providers.ts')).providers
  },
  {
    path: ['models'],
    text: 'command.models',
    args: [{ name: 'provider', text: 'argument.providerOrRoute', completes: 'provider' }],
    options: [],
    examples: ['resoftai models', 'resoftai models groq'],
    load: async () => (await import('./models.ts')).listModels
  },
  ...priceCommands,
  ...costCommands,
  ...keyCommands,
  ...pluginCommands,
  {
    path: ['config', 'show'],
    text: 'command.config.show',
    args: [],
    options: [{ flags: '--origin', text: 'option.origin' }],
    examples: ['resoftai config show', 'resoftai config show --origin'],
    load: async () => (await import('./config.ts')).configShow
  },
  {
    path: ['config', 'validate'],
    text: 'command.config.validate',
    args: [],
    options: [],
    examples: ['resoftai config validate'],
    load: async () => (await import('./config.ts')).configValidate
  },
  {
    path: ['secret', 'set'],
    text: 'command.secret.set',
    args: secretPlace,
    options: [],
    examples: ['resoftai secret set groq api_key', 'pass show groq | resoftai secret set groq api_key'],
    load: async () => (await import('./secret.ts')).secretSet
  },
  {
    path: ['secret', 'list'],
    text: 'command.secret.list',
    args: [],
    options: [],
    examples: ['resoftai secret list'],
    load: async () => (await import('./secret.ts')).secretList
  },
  {
    path: ['secret', 'unset'],
    text: 'command.secret.unset',
    args: secretPlace,
    options: [],
    examples: ['resoftai secret unset groq api_key'],
    load: async () => (await import('./secret.ts')).secretUnset
  },
  {
    path: ['doctor'],
    text: 'command.doctor',
    args: [],
    options: [{ flags: '--offline', text: 'option.offline' }],
    examples: ['resoftai doctor', 'resoftai doctor --offline --json'],
    load: async () => (await import('./doctor.ts')).doctor
  },
  {
    path: ['serve'],
    text: 'command.serve',
    args: [],
    options: [
      { flags: '--host <address>', text: 'option.serveHost' },
      { flags: '--port <number>', text: 'option.servePort' },
      { flags: '--anonymous', text: 'option.anonymous' }
    ],
    examples: ['resoftai serve', 'resoftai serve --host 0.0.0.0 --port 8080'],
    load: async () => (await import('./serve.ts')).serve
  },
  {
    path: ['demo'],
    text: 'command.demo',
    args: [],
    options: [],
    examples: ['resoftai demo'],
    load: async () => (await import('./demo.ts')).demo
  },
  {
    path: ['simulator'],
    text: 'command.simulator',
    args: [],
    options: [{ flags: '--port <number>', text: 'option.port' }],
    examples: ['resoftai simulator --port 8080'],
    load: async () => (await import('./simulator.ts')).simulator
  },
  {
    path: ['completion'],
    text: 'command.completion',
    args: [{ name: 'shell', required: true, text: 'argument.shell', completes: ['bash', 'zsh', 'fish'] }],
    options: [],
    examples: ['source <(resoftai completion bash)', 'resoftai completion fish > ~/.config/fish/completions/resoftai.fish'],
    load: async () => (await import('./completion.ts')).completion
  }
]
