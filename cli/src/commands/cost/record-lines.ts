import type { CallRecord } from '@resoftai/core'
import { escapeControls } from '../../output/escape.ts'
import { formatJson } from '../../output/json.ts'
import type { Format } from './choices.ts'
import { columns } from './columns.ts'
import { csvLine, type Cell } from './csv.ts'

type Redact = (text: string) => string

/** The lines before the records, and that of one record. */
export const recordLines: Readonly<
  Record<Format, { readonly head: string; readonly line: (record: CallRecord, redact: Redact) => string }>
> = {
  csv: {
    head: csvLine(Object.keys(columns)),
    line: (record, redact) => {
      const clean = (cell: Cell) => (typeof cell === 'string' ? escapeControls(redact(cell)) : cell)
      return csvLine(Object.values(columns).map(read => clean(read(record))))
    }
  },
  jsonl: {
    head: '',
    line: (record, redact) => {
      const row = Object.fromEntries(Object.entries(columns).map(([name, read]) => [name, read(record)]))
      // Line ends inside of a text are escaped: those that are left are between its parts.
      return `${formatJson({ ...row, rates: record.rates }, redact).replaceAll(/\n */g, '')}\n`
    }
  }
}
