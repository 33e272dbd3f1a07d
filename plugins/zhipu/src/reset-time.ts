const moment = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?/

/**
 * How long until the reset that a message names, in milliseconds: "Your limit will reset at 2026-08-25 07:41:44", "您的限额将在 2026-08-25
 * 07:41:44 重置". It names no zone; it is Beijing time (WIRE.md 7.7). `undefined` when it names none, or one that is over.
 */
export function readReset(message: string, nowMs: number): number | undefined {
  const match = /reset|重置/i.test(message) ? moment.exec(message) : null
  if (match === null) return undefined
  const [, day, time, zone = '+08:00'] = match
  const waitMs = Date.parse(`${day}T${time}${zone}`) - nowMs
  return waitMs > 0 ? waitMs : undefined
}
