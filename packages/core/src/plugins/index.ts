export { loadDefinition } from './load.ts'
export { findPlugins, type PluginIndex, type PluginPlaces } from './plugin-index.ts'
export type * from './types.ts'
