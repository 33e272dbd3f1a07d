import { ProviderError, type JsonObject } from '@resoftai/sdk'

type Step = string | number
type Holder = Record<Step, unknown>

const step = /\.([^.[\]]{1,500})|\[(\d{1,9})\]|\['([^']{1,500})'\]|\["([^"]{1,500})"\]/y
const mostSteps = 64

/** Arguments that come leaf by leaf: `{jsonPath: "$.city", stringValue: "Bos", willContinue: true}` (WIRE.md 10.4, Vertex AI only). */
export class PartialArguments {
  readonly value: Holder

  constructor(begun: JsonObject = {}) {
    this.value = structuredClone(begun) as Holder
  }

  add(piece: JsonObject): void {
    const path = typeof piece.jsonPath === 'string' ? piece.jsonPath : ''
    // A list ends with a piece without a value; for an empty list that is all there is.
    const endsList = path.endsWith('[]')
    const steps = readPath(endsList ? path.slice(0, -2) : path)
    const last = steps.pop()
    if (last === undefined) throw unreadable()
    const holder = this.#open(steps, last)
    const before = read(holder, last)
    const leaf = readLeaf(piece)
    if (typeof before === 'string' && typeof leaf === 'string') write(holder, last, before + leaf)
    else if (leaf !== undefined) write(holder, last, leaf)
    else if (before === undefined && piece.willContinue !== true) write(holder, last, endsList ? [] : {})
  }

  /** The object or list that the path leads to, made where it is missing. */
  #open(steps: readonly Step[], last: Step): Holder {
    let holder = this.value
    for (const [place, name] of steps.entries()) {
      let next = read(holder, name)
      if (typeof next !== 'object' || next === null) {
        next = typeof (steps[place + 1] ?? last) === 'number' ? [] : {}
        write(holder, name, next)
      }
      holder = next as Holder
    }
    return holder
  }
}

function readPath(path: string): Step[] {
  const steps: Step[] = []
  const next = new RegExp(step)
  next.lastIndex = 1
  while (next.lastIndex < path.length) {
    const match = next.exec(path)
    if (match === null || steps.length >= mostSteps) throw unreadable()
    const [, name, index, quoted, doubleQuoted] = match
    steps.push(index === undefined ? (name ?? quoted ?? doubleQuoted ?? '') : Number(index))
  }
  return path.startsWith('$') ? steps : []
}

/** Own properties only: a path may name `__proto__`. */
function read(holder: Holder, name: Step): unknown {
  return Object.hasOwn(holder, name) ? holder[name] : undefined
}

function write(holder: Holder, name: Step, value: unknown): void {
  // A list grows one by one, and has nothing but members: a place far behind its end would be a list of that length.
  if (Array.isArray(holder) && !(Number.isInteger(Number(name)) && Number(name) >= 0 && Number(name) <= holder.length)) throw unreadable()
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
}

function readLeaf(piece: JsonObject): string | number | boolean | null | undefined {
  const { stringValue, numberValue, boolValue } = piece
  if (typeof stringValue === 'string') return stringValue
  if (typeof numberValue === 'number') return numberValue
  if (typeof boolValue === 'boolean') return boolValue
  return Object.hasOwn(piece, 'nullValue') ? null : undefined
}

function unreadable(): ProviderError {
  return new ProviderError('protocol', 'The vendor sent arguments of a tool call that cannot be put together.', { code: 'tool_call' })
}
