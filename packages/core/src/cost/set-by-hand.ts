import type { Price } from './types.ts'

/** The source of prices that a person typed. An update leaves them alone. */
export const setByHand = 'resoftai prices set'

export function isSetByHand({ source }: Price): boolean {
  return source === setByHand
}
