import type { OpenLedgerStore } from './ledger/index.ts'
import type { HostParts } from './parts.ts'

export interface HostOptions {
  /** Where the search for configuration begins. Default: the working directory. */
  readonly cwd?: string
  /** The folder where state is kept. Default: `RESOFTAI_HOME`, else the XDG places. */
  readonly home?: string
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** This configuration file, instead of looking for one. */
  readonly file?: string
  /** This configuration, instead of any file; the shape of `schemas/host-config.schema.json`. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Plugin folders that win over installed ones. */
  readonly pluginPaths?: readonly string[]
  /** Plugin folders that come with the host. */
  readonly bundled?: readonly string[]
  /** Opens what `storage.url` names; `resoftai` passes its own. Without it budgets can only be per request, and nothing is recorded. */
  readonly openStorage?: OpenLedgerStore
  /** Record calls though neither `storage` nor `budgets` is configured, in `<home>/resoftai.db`. Default: false. */
  readonly ledger?: boolean
  /** Own parts instead of the host's. */
  readonly overrides?: Partial<HostParts>
}
