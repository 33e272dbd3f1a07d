export { createKeyStore } from './store.ts'
export type { ClientKey, KeyBudget, KeyChanges, KeyStore, NewClientKey, NewSecret } from './types.ts'
