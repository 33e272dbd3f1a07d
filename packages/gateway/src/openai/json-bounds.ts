/** Deeper than anybody nests, and little enough to be read again by a reader that calls itself. */
const mostDepth = 100

const [quote, backslash, comma, colon] = [34, 92, 44, 58]
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125]

/** What JSON is made of outside of strings, brackets aside: blanks, commas, colons, and the letters of numbers and words. */
const plain = new Uint8Array(256)
for (const byte of Buffer.from(' \t\r\n,:+-.0123456789Eabcdefghijklmnopqrstuvwxyz')) plain[byte] = 1

/**
 * Behind the JSON value that begins here; -1 where it has no end, or is nothing that JSON may hold. Strings and brackets end where any reader of
 * JSON would end them; what is between them is not judged. `see` is told of each string in a list or an object, from quote to quote.
 */
export function endOfValue(bytes: Buffer, from: number, see: (from: number, to: number) => void): number {
  const first = bytes[from]
  if (first === quote) return endOfString(bytes, from)
  if (first !== openList && first !== openObject) return endOfWord(bytes, from)
  const open: number[] = []
  for (let at = from; at < bytes.length;) {
    const byte = bytes[at]!
    if (byte === quote) {
      const end = endOfString(bytes, at)
      if (end < 0) return -1
      see(at, end)
      at = end
      continue
    }
    at++
    if (byte === openList || byte === openObject) {
      // The closing bracket of both is two places behind.
      if (open.push(byte + 2) > mostDepth) return -1
    } else if (byte === closeList || byte === closeObject) {
      if (open.pop() !== byte) return -1
      if (open.length === 0) return at
    } else if (plain[byte] === 0) return -1
  }
  return -1
}

/** A number, `true`, `false` or `null`: whatever else it is, it ends before the next comma, colon, bracket or blank. */
function endOfWord(bytes: Buffer, from: number): number {
  let at = from
  while (plain[bytes[at] ?? 0] === 1 && bytes[at] !== comma && bytes[at] !== colon && !isBlank(bytes[at])) at++
  return at === from ? -1 : at
}

/** Most strings are short, or go on for long without a quote. A search costs as much as a look at so many bytes. */
const firstLook = 32

/** Behind the closing quote; -1 where there is none. */
export function endOfString(bytes: Buffer, from: number): number {
  let at = from + 1
  // Where quotes are escaped there are many of them.
  for (let look = firstLook; at < bytes.length; look *= 2) {
    for (const soon = Math.min(at + look, bytes.length); at < soon; at++) {
      const byte = bytes[at]
      if (byte === quote) return at + 1
      if (byte === backslash) at++
    }
    const found = bytes.indexOf(quote, at)
    if (found < 0) return -1
    let before = found
    while (before > at && bytes[before - 1] === backslash) before--
    at = found + 1
    if ((found - before) % 2 === 0) return at
  }
  return -1
}

export function skipBlanks(bytes: Buffer, from: number): number {
  let at = from
  while (isBlank(bytes[at])) at++
  return at
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9
}
