import { isObject, objectsOf, type JsonObject, type ProviderData } from '@resoftai/sdk'
import { isPlain } from './plain-block.ts'

/** What a client knows of a block that it was told: signatures and ids, not the text. */
export interface ToldBlock {
  readonly type: 'text' | 'thinking' | 'tool_use'
  /** The signature or the id. */
  mark: string
}

/** What must travel back and does not with the blocks that were told; `undefined` when nothing is left. */
export function untoldData(data: ProviderData, told: readonly ToldBlock[]): ProviderData | undefined {
  const left = Object.entries(data).filter(([name, value]) => name !== 'anthropic' || !isTold(value, told))
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

/** Texts say themselves, and thinking without a signature is not sent back. */
function isTold(data: unknown, told: readonly ToldBlock[]): boolean {
  if (!isObject(data)) return false
  const own = objectsOf(data.content).filter(({ type }) => type !== 'text')
  const seen = told.filter(({ type, mark }) => type !== 'text' && mark !== '')
  return own.length === seen.length && own.every((block, place) => isSame(block, seen[place] as ToldBlock))
}

function isSame(block: JsonObject, { type, mark }: ToldBlock): boolean {
  if (block.type !== type) return false
  return type === 'thinking' ? block.signature === mark : block.id === mark && isPlain(block)
}
