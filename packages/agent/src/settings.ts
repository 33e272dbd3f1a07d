import type { Message } from '@resoftai/sdk'
import { AgentError } from './error.ts'
import type { AgentOptions, RequestFields, RunLimits, RunOptions } from './options.ts'
import { isKnownRole, roles } from './role.ts'

const defaultLimits: RunLimits = {
  maxSteps: 10,
  timeoutMs: 600_000,
  toolTimeoutMs: 60_000,
  maxParallelTools: 8,
  maxToolResultChars: 100_000
}

/** Complete by its type: a new field of the request must be named here. */
const requestFields: Readonly<Record<keyof RequestFields, true>> = {
  temperature: true,
  topP: true,
  maxTokens: true,
  stop: true,
  seed: true,
  presencePenalty: true,
  frequencyPenalty: true,
  toolChoice: true,
  parallelToolCalls: true,
  responseFormat: true,
  reasoningEffort: true,
  user: true,
  extra: true,
  headers: true
}

const runOptions = [...Object.keys(defaultLimits), ...Object.keys(requestFields), 'signal']
const agentOptions = [...runOptions, 'host', 'role', 'system', 'provider', 'model', 'tools', 'history']

/** Refuses options that cannot work, before anything is sent. */
export function checkAgentOptions(options: AgentOptions): void {
  checkNames(options, agentOptions)
  const { host, provider, model, tools = [], history = [] } = options
  if (typeof host?.provider !== 'function' || typeof host.model !== 'function')
    throw usage('An agent needs a `host`.', 'Pass `await createHost()`.')
  if (!provider && !model)
    throw usage('An agent needs a `provider`, a `model` or both.', "For example `provider: 'zhipu'` or `model: 'zhipu/glm-4.6'`.")
  if (!Array.isArray(tools)) throw usage('`tools` must be a list.')
  if (!Array.isArray(history)) throw usage('`history` must be a list of messages.')
  const names = new Set<string>()
  for (const tool of tools) {
    if (!tool?.name || typeof tool.run !== 'function') throw usage('A tool needs a `name` and a `run` function.')
    if (names.has(tool.name)) throw usage(`Two tools have the name "${tool.name}".`)
    names.add(tool.name)
    if (tool.timeoutMs !== undefined) checkLimit(`timeoutMs of the tool ${tool.name}`, tool.timeoutMs)
  }
  readLimits(options)
  systemMessages(options)
}

export function checkRunOptions(options: RunOptions): void {
  checkNames(options, runOptions)
  readLimits(options)
}

/** The limits of a run; later options win. */
export function readLimits(...options: readonly RunOptions[]): RunLimits {
  const limits = { ...defaultLimits }
  for (const name of Object.keys(limits) as (keyof RunLimits)[]) {
    for (const { [name]: value } of options) {
      if (value === undefined) continue
      checkLimit(name, value)
      limits[name] = value
    }
  }
  return limits
}

/** The fields for the vendor; later options win. */
export function readRequest(...options: readonly RunOptions[]): RequestFields {
  const given = options.flatMap(Object.entries).filter(([name, value]) => Object.hasOwn(requestFields, name) && value !== undefined)
  return Object.fromEntries(given)
}

/** No message when there is nothing to say. */
export function systemMessages({ role, system }: Pick<AgentOptions, 'role' | 'system'>): readonly Message[] {
  if (system === undefined && role !== undefined && !isKnownRole(role)) {
    throw usage(
      `The role "${role}" is not known.`,
      `Known roles: ${Object.keys(roles).join(', ')}. For any other pass its prompt as \`system\`.`
    )
  }
  const content = system ?? (role !== undefined && isKnownRole(role) ? roles[role] : '')
  return content === '' ? [] : [{ role: 'system', content }]
}

function checkNames(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter(name => !known.includes(name))
  if (unknown.length > 0) throw usage(`Unknown option: ${unknown.join(', ')}.`, `Known options: ${known.join(', ')}.`)
}

function checkLimit(name: string, value: unknown): void {
  if (value === Infinity || (Number.isInteger(value) && (value as number) > 0)) return
  throw usage(`\`${name}\` must be a whole number above 0, or Infinity.`)
}

function usage(message: string, hint?: string): AgentError {
  return new AgentError('usage', message, { hint })
}
