import type { Host } from '@resoftai/core'
import type { KeyRing } from './guard/key-ring.ts'
import type { KeyLimits } from './guard/limits.ts'
import type { Models } from './models.ts'
import type { RunningCalls } from './answer/running-calls.ts'
import type { ToolSources } from './tools/index.ts'

/** What routes work with. `host` and `models` are those in use: to be asked for with each request, and not to be kept. */
export interface GatewayParts {
  readonly host: Host
  readonly models: Models
  readonly keys: KeyRing
  readonly limits: KeyLimits
  readonly running: RunningCalls
  readonly tools: ToolSources | undefined
  /** Milliseconds since 1970. */
  readonly clock: () => number
}
