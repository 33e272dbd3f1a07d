import type { AgentTool } from '@resoftai/agent'

/** The tools of one source, as long as it lasts. */
export interface ToolSet {
  /** Under the names that the source itself has for them. */
  list(): Promise<readonly AgentTool[]>
  /** Resolves when it can be used no longer. */
  readonly ended: Promise<void>
  close(): Promise<void>
}
