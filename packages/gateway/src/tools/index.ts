export type { ChosenTools } from './choose-tools.ts'
export { openTools, type ToolsOptions, type ToolSources } from './open-tools.ts'
export type { SourceState } from './tool-source.ts'
