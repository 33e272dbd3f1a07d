import { lstatSync } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { HostError, type CallRecord } from '@resoftai/core'
import { ProviderError } from '@resoftai/sdk'
import type { Context } from '../../context.ts'
import { withHost } from '../../open-host.ts'
import type { Run } from '../spec.ts'
import { createCalendar } from './calendar.ts'
import { choiceOption } from './choice-option.ts'
import { formats, type Format } from './choices.ts'
import { readRange } from './read-range.ts'
import { recordLines } from './record-lines.ts'
import { writeWholeFile } from './write-whole-file.ts'

export const costExport: Run = async (context, input) => {
  const { cwd, output, text } = context
  const named = input.value('output')
  const file = named === undefined ? undefined : resolve(cwd, named)
  const force = input.flag('force')
  const format = choiceOption(input, 'format', formats, text) ?? (file?.endsWith('.jsonl') === true ? 'jsonl' : 'csv')
  const filter = readRange(input, 'all', Date.now(), createCalendar(), context)
  if (output.json && file === undefined) throw new HostError('usage', text('cost.exportJson'), { hint: text('cost.exportJsonHint') })
  if (file !== undefined) checkPlace(file, force, context)
  const records = await withHost(context, host => writeRecords(host.ledger.records(filter), { file, force, format }, context))
  if (output.json) return output.document({ file, format, records })
  if (file === undefined) output.remark(text('cost.exported', { records }))
  else output.line(text('cost.exportedTo', { records, file }))
}

interface Destination {
  /** Absent: standard output. */
  readonly file: string | undefined
  readonly force: boolean
  readonly format: Format
}

/** One after the other, however many there are; returns how many there were. */
async function writeRecords(records: AsyncIterable<CallRecord>, { file, force, format }: Destination, context: Context): Promise<number> {
  const { redactor, interrupts } = context
  const { signal } = interrupts
  let count = 0
  let unread: unknown
  async function* lines(): AsyncGenerator<string, void, undefined> {
    const { head, line } = recordLines[format]
    yield head
    try {
      for await (const record of records) {
        count += 1
        yield line(record, found => redactor.scrub(found))
        // Neither a file of SQLite nor one that is written makes anybody wait: Ctrl-C would not be heard.
        if (count % 1000 === 0) await setImmediate()
      }
    } catch (error) {
      unread = error
      throw error
    }
  }
  try {
    if (file === undefined) await pipeline(lines(), process.stdout, { end: false, signal })
    else await writeWholeFile(file, lines(), { force, signal })
    return count
  } catch (error) {
    if (signal.aborted) throw new ProviderError('cancelled', context.text('chat.stopped'))
    throw file === undefined || error === unread ? error : unwritable(file, error as NodeJS.ErrnoException, context)
  }
}

/** What is no regular file, such as a device or a link, is never replaced. */
function checkPlace(file: string, force: boolean, context: Context): void {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (found?.isFile() === false) throw new HostError('usage', context.text('cost.noFile', { file }))
  if (found !== undefined && !force) throw occupied(file, context)
}

function unwritable(file: string, error: NodeJS.ErrnoException, context: Context): HostError {
  if (error.code === 'EEXIST') return occupied(file, context)
  return new HostError('storage', context.text('cost.notWritten', { file, reason: error.code ?? error.message }), { cause: error })
}

function occupied(file: string, { text }: Pick<Context, 'text'>): HostError {
  return new HostError('usage', text('cost.occupied', { file }), { hint: text('cost.occupiedHint') })
}
