export * from './client.ts'
export * from './error.ts'
export type * from './plugins/types.ts'
