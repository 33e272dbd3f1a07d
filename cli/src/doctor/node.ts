import type { Translate } from '../messages/index.ts'
import type { Check } from './check.ts'

/** Versions between those with long support, whose time is over; `bin/resoftai.js` ends on those that are too old. */
const shortLived: ReadonlySet<number> = new Set([23, 25])

export function checkNode(version: string, text: Translate): Check {
  if (!shortLived.has(Number(version.split('.')[0]))) return { area: 'node', status: 'ok', message: text('doctor.node', { version }) }
  return { area: 'node', status: 'warning', message: text('doctor.nodeUnsupported', { version }), hint: text('doctor.nodeHint') }
}
