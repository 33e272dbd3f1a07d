import { styled, textOf, type Piece } from './piece.ts'
import { displayWidth } from './width.ts'

export type Row = readonly Piece[]

/** Lines of aligned columns, the head in bold. A column without anything in it is left out; a cell stays on its line. */
export function formatTable(head: readonly string[], rows: readonly Row[]): readonly Row[] {
  const used = head.map((_, column) => column).filter(column => rows.some(row => textOf(row[column] ?? '') !== ''))
  const lines = [head.map(text => styled('bold', text)), ...rows].map(row => used.map(column => oneLine(row[column] ?? '')))
  const widths = used.map((_, column) => Math.max(...lines.map(row => displayWidth(textOf(row[column] ?? '')))))
  return lines.map(row => {
    const last = row.findLastIndex(piece => textOf(piece) !== '')
    return row
      .slice(0, last + 1)
      .flatMap((piece, column) =>
        column === last ? [piece] : [piece, ' '.repeat((widths[column] ?? 0) - displayWidth(textOf(piece)) + 2)]
      )
  })
}

function oneLine(piece: Piece): Piece {
  const text = textOf(piece).replaceAll(/\s+/g, ' ')
  return typeof piece === 'string' ? text : { ...piece, text }
}
