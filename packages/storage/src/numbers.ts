import { StorageError } from './error.ts'

const largestNanos = 9_000_000_000_000_000_000n

/** An amount that the columns, and sums of a few, can hold. */
export function checkNanos(name: string, nanos: bigint): bigint {
  if (nanos >= 0n && nanos <= largestNanos) return nanos
  throw new StorageError('usage', `${name} is ${nanos}, which cannot be kept.`, `Amounts are nanos from 0 to ${largestNanos}.`)
}

export function toWhole(name: string, value: number): bigint {
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw new StorageError('usage', `${name} is ${value}, which is no whole number.`, 'Give a whole number below 2^53.')
}

export function checkFinite(name: string, value: number): number {
  if (Number.isFinite(value)) return value
  throw new StorageError('usage', `${name} is ${value}, which is no number.`, 'Give a number, or null where it is not known.')
}

/** A moment or a span, where parts of a millisecond do not matter. */
export function toMs(name: string, value: number): bigint {
  return toWhole(name, Math.floor(value))
}
