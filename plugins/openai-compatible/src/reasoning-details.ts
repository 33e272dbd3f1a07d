import { isObject, textOf, type JsonObject } from '@resoftai/sdk'

/**
 * `reasoning_details` of OpenRouter and others: the same reasoning with what must travel back unchanged (signatures, encrypted parts).
 * In a stream its blocks come in pieces: those that follow one another with one `type` and `index` are one block.
 */
export class ReasoningDetails {
  #blocks: JsonObject[] = []

  /** Returns the text in them, for vendors that put it nowhere else. */
  add(details: readonly unknown[]): string {
    let text = ''
    for (const [position, detail] of details.entries()) {
      if (!isObject(detail)) continue
      text += textOf(detail.text) ?? textOf(detail.summary) ?? ''
      const last = this.#blocks.at(-1)
      // Blocks within one list are apart as the vendor sent them: only the first can go on with what the chunk before began.
      if (position === 0 && last !== undefined && isNextPiece(last, detail)) this.#blocks[this.#blocks.length - 1] = join(last, detail)
      else this.#blocks.push(detail)
    }
    return text
  }

  /** The blocks so far; `undefined` when there are none. */
  get blocks(): readonly JsonObject[] | undefined {
    return this.#blocks.length === 0 ? undefined : [...this.#blocks]
  }
}

function isNextPiece(block: JsonObject, piece: JsonObject): boolean {
  return block.type === piece.type && block.index === piece.index && piece.data === undefined
}

/** Texts grow, any other field is kept from whichever piece says something. */
function join(block: JsonObject, piece: JsonObject): JsonObject {
  const joined = Object.entries(piece).map(([field, value]) => {
    const before = block[field]
    if ((field === 'text' || field === 'summary') && typeof before === 'string' && typeof value === 'string') return [field, before + value]
    return [field, value === null || value === '' ? (before ?? value) : value]
  })
  return { ...block, ...Object.fromEntries(joined) }
}
