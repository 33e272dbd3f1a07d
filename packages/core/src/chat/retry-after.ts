/** Longest wait that is believed: a day. More is nonsense (FAULTS.md H17) and treated as "not now". */
const maxWaitMs = 24 * 60 * 60 * 1000

/**
 * How long a vendor asks to wait, from the headers of an error answer: `retry-after-ms`, then `retry-after` (seconds, or a date measured
 * against the answer's own `date`, as clocks differ), then the reset of an exhausted rate window. Nonsense is `undefined`.
 */
export function readRetryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const values = [readMs(headers['retry-after-ms']), readSecondsOrDate(headers['retry-after'], headers['date'], now)].filter(
    value => value !== undefined
  )
  // Azure sends `retry-after-ms: 0` beside `retry-after: 1`.
  const asked = values.find(value => value > 0) ?? values[0]
  return asked ?? readResets(headers, now)
}

function readMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text.trim())) return undefined
  return believable(Number(text))
}

function readSecondsOrDate(text: string | undefined, date: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const trimmed = text.trim()
  if (/^\d+(\.\d+)?$/.test(trimmed)) return believable(Number(trimmed) * 1000)
  if (!/^[A-Z][a-z]{2}, /.test(trimmed)) return undefined
  const until = Date.parse(trimmed)
  const vendorNow = date === undefined ? now : Date.parse(date)
  return believable(until - (Number.isNaN(vendorNow) ? now : vendorNow))
}

function readResets(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const waits: number[] = []
  for (const suffix of ['', '-requests', '-tokens']) {
    const remaining = headers[`x-ratelimit-remaining${suffix}`]
    const reset = headers[`x-ratelimit-reset${suffix}`]
    if (reset === undefined || (remaining !== undefined && Number(remaining) > 0)) continue
    const wait = readReset(reset.trim(), now)
    if (wait !== undefined) waits.push(wait)
  }
  return waits.length === 0 ? undefined : Math.max(...waits)
}

/** `12ms`, `1s`, `6m0s`, `2m59.56s`; a number is seconds, or the seconds or milliseconds of an epoch. */
function readReset(text: string, now: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text)
    if (number > 1e12) return believable(number - now)
    if (number > 1e9) return believable(number * 1000 - now)
    return believable(number * 1000)
  }
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text)
  if (match === null || text === '') return undefined
  const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = match
  return believable(Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(ms))
}

function believable(ms: number): number | undefined {
  return Number.isFinite(ms) && ms <= maxWaitMs ? Math.max(0, ms) : undefined
}
