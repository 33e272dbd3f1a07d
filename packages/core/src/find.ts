// The door for those who only look: what `plugin list` and a shell's completion need, without the code that configures, installs and asks.
export { resolveHome } from './config/home.ts'
export { HostError, isHostError } from './error.ts'
export { createRedactor } from './observe/redact.ts'
export { findPlugins, type PluginIndex } from './plugins/plugin-index.ts'
