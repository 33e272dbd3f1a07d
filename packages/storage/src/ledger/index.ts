export { createLedgerStore } from './store.ts'
