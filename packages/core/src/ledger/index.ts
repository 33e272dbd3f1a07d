export { Ledger, type Seed } from './ledger.ts'
export type * from './types.ts'
