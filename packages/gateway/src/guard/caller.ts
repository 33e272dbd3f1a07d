import type { ClientKey } from '@resoftai/storage'

/** Who asks. */
export type Caller =
  | { readonly kind: 'nobody' }
  /** Only where the configuration allows it. */
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'key'; readonly key: ClientKey }

export const nobody: Caller = { kind: 'nobody' }
