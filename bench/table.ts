export interface Row {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** Of the value to the floor of its table. */
  readonly ratio?: number
  /** What we promise, in words. */
  readonly bar?: string
}

export function printTable(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`)
  const width = Math.max(...rows.map(row => row.what.length))
  for (const { what, value, unit, ratio, bar } of rows) {
    const number = value >= 100 ? value.toFixed(0) : value.toFixed(1)
    console.log(
      `  ${what.padEnd(width)}  ${number.padStart(8)} ${unit.padEnd(4)} ${ratio === undefined ? '' : `${ratio.toFixed(2)}×`.padStart(8)}  ${bar ?? ''}`.trimEnd()
    )
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
