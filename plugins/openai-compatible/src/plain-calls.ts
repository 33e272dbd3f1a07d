import { isObject, textOf, type JsonObject } from '@resoftai/sdk'

/**
 * Tool calls of a reply as long as they are as OpenAI sends them: numbered without gaps, id, type and name with the first piece and never again.
 * Clients can read these as they come.
 */
export class PlainCalls {
  readonly #calls: { readonly id: string; hasArguments: boolean }[] = []

  /** Whether every call has arguments that can be read: some vendors send none where a tool takes none. */
  get haveArguments(): boolean {
    return this.#calls.every(({ hasArguments }) => hasArguments)
  }

  /** A piece of a stream; false when it has to be mended. */
  add(raw: unknown): boolean {
    if (!isObject(raw) || !isObject(raw.function)) return false
    const call = typeof raw.index === 'number' ? this.#calls[raw.index] : undefined
    if (call === undefined) return raw.index === this.#calls.length && this.addWhole(raw)
    const id = textOf(raw.id)
    return (id === undefined || id === call.id) && textOf(raw.function.name) === undefined && readArguments(raw.function, call)
  }

  /** The first piece of a call, or all of it. */
  addWhole(raw: unknown): boolean {
    if (!isObject(raw) || !isObject(raw.function) || raw.type !== 'function') return false
    const id = textOf(raw.id)
    if (id === undefined || textOf(raw.function.name) === undefined || this.#calls.some(other => other.id === id)) return false
    const call = { id, hasArguments: false }
    this.#calls.push(call)
    return readArguments(raw.function, call)
  }
}

function readArguments({ arguments: text }: JsonObject, call: { hasArguments: boolean }): boolean {
  if (text === undefined || text === null) return true
  if (typeof text !== 'string') return false
  call.hasArguments ||= text.trim() !== ''
  return true
}
