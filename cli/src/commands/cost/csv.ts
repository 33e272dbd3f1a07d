export type Cell = string | number | boolean | null

/** A spreadsheet takes a text that begins so for a formula and runs it. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/

/** One line of a table as RFC 4180 has it. `null` is an empty cell; what looks like a formula gets an apostrophe before it. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const text = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
