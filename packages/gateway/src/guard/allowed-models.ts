import type { Caller } from './caller.ts'
import { GatewayError } from '../error.ts'

/** Whether a caller may ask a model, by its name as asked. A star in what the key allows stands for any text. */
export function mayAsk(caller: Caller, model: string): boolean {
  if (caller.kind !== 'key' || caller.key.models === null) return true
  return caller.key.models.some(pattern => matches(pattern, model))
}

export function checkModel(caller: Caller, model: string): void {
  if (mayAsk(caller, model)) return
  throw new GatewayError(`This key may not ask the model ${model}.`, {
    status: 403,
    type: 'permission_error',
    code: 'model_not_allowed',
    param: 'model'
  })
}

/** Fields by which some vendors ask another model, or another question, than the request names. */
const detours: ReadonlySet<string> = new Set([
  'model',
  'models',
  'route',
  'provider',
  'fallbacks',
  'bot_id',
  'workflow_id',
  'contents',
  'messages',
  'input',
  'prompt'
])

/** A key that may ask some models only may not name others by the way. */
export function checkExtra(caller: Caller, extra: Readonly<Record<string, unknown>> = {}): void {
  if (caller.kind !== 'key' || caller.key.models === null) return
  const found = Object.keys(extra).find(name => detours.has(name))
  if (found === undefined) return
  throw new GatewayError(`This key may not send the field ${found}.`, {
    status: 403,
    type: 'permission_error',
    code: 'model_not_allowed',
    param: found
  })
}

function matches(pattern: string, model: string): boolean {
  const pieces = pattern.split('*')
  const [first = '', ...rest] = pieces
  if (rest.length === 0) return pattern === model
  if (!model.startsWith(first)) return false
  let from = first.length
  for (const [index, piece] of rest.entries()) {
    const at = index === rest.length - 1 ? model.length - piece.length : model.indexOf(piece, from)
    if (at < from || !model.startsWith(piece, at)) return false
    from = at + piece.length
  }
  return true
}
