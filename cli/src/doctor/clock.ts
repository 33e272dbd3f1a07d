import type { Translate } from '../messages/index.ts'
import type { Check } from './check.ts'

/** Vendors refuse signed tokens at about this difference. */
const mostSkewMs = 5 * 60_000

/** This machine's clock as the vendors' answers show it; the answer that differs most decides. Nothing when no answer told the time. */
export function checkClock(
  answers: readonly { readonly name: string; readonly clockSkewMs?: number | undefined }[],
  now: number,
  text: Translate
): readonly Check[] {
  const told = answers.flatMap(({ name, clockSkewMs }) => (clockSkewMs === undefined ? [] : [{ name, skewMs: clockSkewMs }]))
  const [worst] = told.toSorted((a, b) => Math.abs(b.skewMs) - Math.abs(a.skewMs))
  if (worst === undefined) return []
  if (Math.abs(worst.skewMs) <= mostSkewMs) {
    return [{ area: 'clock', status: 'ok', message: text('doctor.clock', { names: told.map(({ name }) => name).join(', ') }) }]
  }
  const message = text('doctor.clockWrong', { here: format(now), name: worst.name, there: format(now - worst.skewMs) })
  return [{ area: 'clock', status: 'warning', message, hint: text('doctor.clockHint'), name: worst.name }]
}

function format(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
