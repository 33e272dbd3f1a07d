type HeaderFields = Readonly<Record<string, string>>

/** The longest rate window whose end is believed: a day. */
const longestWindowMs = 24 * 60 * 60 * 1000

/**
 * How long a vendor asks to wait, from the headers of an error answer: `retry-after-ms`, else `retry-after` (seconds, or a date measured
 * against the answer's own `date`, as clocks differ). However long: whoever cannot wait that long gives up at once (FAULTS.md H17).
 * Nonsense is `undefined`.
 */
export function readRetryAfter(headers: HeaderFields, now: number): number | undefined {
  const asked = [readNumber(headers['retry-after-ms'], 1), readSecondsOrDate(headers['retry-after'], headers, now)].filter(
    wait => wait !== undefined
  )
  // Azure sends `retry-after-ms: 0` beside `retry-after: 1`.
  return asked.find(wait => wait > 0) ?? asked[0]
}

/** When the rate windows that are used up are open again: `x-ratelimit-reset`, with or without `-requests`, `-tokens` and the like. */
export function readRateReset(headers: HeaderFields, now: number): number | undefined {
  const waits = Object.entries(headers).flatMap(([name, reset]) => {
    const window = /^x-ratelimit-reset(.*)$/.exec(name)?.[1]
    if (window === undefined || Number(headers[`x-ratelimit-remaining${window}`] ?? 0) > 0) return []
    const wait = readReset(reset.trim(), headers, now)
    return wait === undefined || wait > longestWindowMs ? [] : [wait]
  })
  return waits.length === 0 ? undefined : Math.max(...waits)
}

/** A number that is not negative, in milliseconds. `1e9` is one. */
function readNumber(text: string | undefined, unitMs: number): number | undefined {
  if (text === undefined || !/^\d+(\.\d+)?(e\d+)?$/i.test(text.trim())) return undefined
  return Math.min(Number(text) * unitMs, Number.MAX_SAFE_INTEGER)
}

function readSecondsOrDate(text: string | undefined, headers: HeaderFields, now: number): number | undefined {
  return readNumber(text, 1000) ?? readDate(text, headers, now)
}

/** HTTP's forms that name their zone, and ISO 8601. A date without a zone would be read in ours. */
const zonedDate = /^\s*([A-Z][a-z]{2,8}, .* GMT|\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d))\s*$/

function readDate(text: string | undefined, headers: HeaderFields, now: number): number | undefined {
  if (text === undefined || !zonedDate.test(text)) return undefined
  const until = Date.parse(text)
  return Number.isNaN(until) ? undefined : Math.max(0, until - vendorNow(headers, now))
}

/** The vendor's clock, where the answer tells it. */
function vendorNow({ date = '' }: HeaderFields, now: number): number {
  const told = Date.parse(date)
  return Number.isNaN(told) ? now : told
}

/** `12ms`, `1s`, `6m0s`, `2m59.56s`; a number is seconds, or the seconds or milliseconds of an epoch; a date. */
function readReset(text: string, headers: HeaderFields, now: number): number | undefined {
  const number = readNumber(text, 1)
  if (number === undefined) return readDuration(text) ?? readDate(text, headers, now)
  if (number > 1e12) return Math.max(0, number - vendorNow(headers, now))
  return number > 1e9 ? Math.max(0, number * 1000 - vendorNow(headers, now)) : number * 1000
}

function readDuration(text: string): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text)
  if (match === null || text === '') return undefined
  const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = match
  return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(ms)
}
