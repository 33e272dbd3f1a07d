import { roles } from '@resoftai/agent'
import { badRequest, type GatewayError } from '../error.ts'

/** What somebody says, in which conversation and to whom. */
export interface ChatAsk {
  readonly message: string
  /** Absent: a new one. */
  readonly conversation: string | undefined
  readonly provider: string | undefined
  readonly model: string | undefined
  /** The role that answers. */
  readonly agent: string | undefined
  readonly system: string | undefined
  /** Names of sources and of single tools; absent: all that there are. */
  readonly tools: readonly string[] | undefined
}

const known = ['message', 'conversation_id', 'provider', 'model', 'agent', 'system', 'tools']
const possibleProvider = /^[^\s/\p{C}]{1,100}$/u
const possibleModel = /^[^\s\p{C}]{1,200}$/u
const possibleTool = /^[^\p{C}]{1,200}$/u
const mostTools = 1_000
const possibleRole = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u

/** Throws `GatewayError` 400, for a field that nobody here knows too. */
export function readChatBody(body: unknown): ChatAsk {
  const { message, conversation_id, provider, model, agent, system, tools } = readFields(body, known)
  if (typeof message !== 'string' || message.trim() === '') throw wrong('message', 'a text that is not empty')
  const ask: ChatAsk = {
    message,
    conversation: readOptional('conversation_id', conversation_id, /^.{1,100}$/s, 'the id of a conversation'),
    provider: readOptional('provider', provider, possibleProvider, 'the name of a provider'),
    model: readOptional('model', model, possibleModel, 'the name of a model'),
    agent: readOptional('agent', agent, possibleRole, 'the name of a role'),
    system: readOptional('system', system, /^/, 'a text'),
    tools: readTools(tools)
  }
  if (ask.agent !== undefined && ask.system === undefined && !Object.hasOwn(roles, ask.agent))
    throw wrong('agent', `one of ${Object.keys(roles).join(', ')}, or any name together with \`system\``)
  return ask
}

/** Of `PATCH /api/conversations/{id}`. */
export function readTitle(body: unknown): string {
  const { title } = readFields(body, ['title'])
  const isLine = typeof title === 'string' && title.length <= 200 && !/\p{Cc}/u.test(title) && title.isWellFormed()
  if (isLine && title.trim() !== '') return title
  throw wrong('title', 'one line of 1 to 200 characters')
}

function readFields(body: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('The request body must be a JSON object.')
  const strange = Object.keys(body).find(name => !names.includes(name))
  if (strange === undefined) return body as Readonly<Record<string, unknown>>
  const name = strange.slice(0, 100)
  throw badRequest(`There is no field ${JSON.stringify(name)}; known are: ${names.join(', ')}.`, name)
}

function readOptional(field: string, value: unknown, possible: RegExp, expected: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && possible.test(value)) return value
  throw wrong(field, expected)
}

function readTools(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  const isList = Array.isArray(value) && value.length <= mostTools
  if (isList && value.every(name => typeof name === 'string' && possibleTool.test(name))) return value as readonly string[]
  throw wrong('tools', 'a list of names of tools')
}

function wrong(field: string, expected: string): GatewayError {
  return badRequest(`\`${field}\` must be ${expected}.`, field)
}
