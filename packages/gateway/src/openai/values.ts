import { badRequest } from '../error.ts'
import { wrongType } from './reading.ts'

/** As everywhere in OpenAI's API a field that is `null` is absent. */
export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

export function readText(value: unknown, param: string): string {
  if (typeof value !== 'string') throw wrongType(param, 'a text', value)
  return value
}

/** A text that says something. */
export function readName(value: unknown, param: string): string {
  if (typeof value !== 'string' || value === '') throw wrongType(param, 'a text that is not empty', value)
  return value
}

/** Which numbers make sense differs between vendors: whoever asks one says what it was changed to. */
export function readNumber(value: unknown, param: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(param, 'a number', value)
  return value
}

export function readInteger(value: unknown, param: string): number {
  if (!Number.isSafeInteger(value)) throw wrongType(param, 'a whole number', value)
  return value as number
}

export function readCount(value: unknown, param: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw wrongType(param, 'a whole number from 1', value)
  return value as number
}

export function readBoolean(value: unknown, param: string): boolean {
  if (typeof value !== 'boolean') throw wrongType(param, 'true or false', value)
  return value
}

/** A list of at least one item. */
export function readList(value: unknown, param: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw wrongType(param, 'a list that is not empty', value)
  if (value.length > most) throw badRequest(`\`${param}\` has more than ${most} items.`, param)
  return value
}
