const lineFeed = 10

/** Cuts bytes into lines. What it returns throws when a line is longer than this. */
export function lineReader(mostBytes: number, read: (line: string) => void): (bytes: Buffer) => void {
  let begun: Buffer[] = []
  let length = 0
  return bytes => {
    let from = 0
    for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, from)) {
      const line = Buffer.concat([...begun, bytes.subarray(from, at)]).toString('utf8')
      from = at + 1
      begun = []
      length = 0
      read(line)
    }
    begun.push(bytes.subarray(from))
    length += bytes.length - from
    if (length > mostBytes) throw new Error(`A line is longer than ${mostBytes} bytes.`)
  }
}
