import type { Dialect, Provider } from '@resoftai/sdk'
import { providerClient, type StartedProvider } from '../src/chat/index.ts'
import { createLog, createRedactor } from '../src/observe/index.ts'
import { createChannel, createTransport } from '../src/transport/index.ts'

export const secret = 'sk-canary-0123456789abcdef'

/** A started provider as the host makes it, without plugin files and configuration. Close the transport when done. */
export function start(made: Dialect | Provider, base: string, settings: Partial<StartedProvider['settings']> = {}) {
  const transport = createTransport()
  const redactor = createRedactor()
  redactor.add(secret)
  const lines: string[] = []
  const log = createLog({ level: 'debug', redactor, destination: { write: line => void lines.push(line) } })
  const provider: StartedProvider = {
    name: 'test',
    plugin: 'simple',
    made,
    secretOrigins: ['api_key: variable TEST_API_KEY'],
    settings: {
      defaultModel: 'm1',
      models: undefined,
      timeoutMs: 5_000,
      maxRetries: 2,
      stallTimeoutMs: 5_000,
      reasoningStallTimeoutMs: 10_000,
      deadlineMs: 10_000,
      headers: {},
      extra: {},
      ...settings
    },
    channel: createChannel({ transport, allowedHosts: [base], secrets: new Map([['{{secret:api_key}}', secret]]), secretQuery: [] }),
    log,
    redactor,
    clock: Date.now,
    random: () => 0,
    running: new Set()
  }
  return { client: providerClient(provider), provider, transport, lines, [Symbol.asyncDispose]: () => transport.close() }
}
