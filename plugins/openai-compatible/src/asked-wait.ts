const wait =
  /\b(?:try again|retry) (?:in|after) (?:(\d{1,4})h)?(?:(\d{1,6})m(?![a-z]))?(?:(\d{1,9}(?:\.\d{1,12})?) ?(ms|s|sec|seconds?|minutes?|hours?)\b)?/i

const unitsMs: Readonly<Record<string, number>> = { ms: 1, minute: 60_000, minutes: 60_000, hour: 3_600_000, hours: 3_600_000 }

/** How long a message asks to wait, in milliseconds: "try again in 2m59.56s", "retry after 22 seconds". */
export function readAskedWait(message: string): number | undefined {
  const match = wait.exec(message)
  if (match === null) return undefined
  const [, hours = '0', minutes = '0', amount = '0', unit = 's'] = match
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(amount) * (unitsMs[unit.toLowerCase()] ?? 1000)
  return ms === 0 ? undefined : Math.ceil(ms)
}
