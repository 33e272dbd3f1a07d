import { ProviderError } from '@resoftai/sdk'

// What comes from outside is checked where it enters: of each value its type, and what is not as expected is no answer of this vendor.

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
export const fields = (value: unknown): Fields => (isFields(value) ? value : unreadable())
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : unreadable())
export const text = (value: unknown): string => (typeof value === 'string' ? value : unreadable())
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
export const count = (value: unknown): number => (isCount(value) ? value : unreadable())

export function parse(data: string): Fields {
  try {
    return fields(JSON.parse(data))
  } catch {
    return unreadable()
  }
}

function unreadable(): never {
  throw new ProviderError('protocol', 'The vendor sent something that is not in its language.')
}
