import { HostError } from '@resoftai/core'
import type { Context } from '../../context.ts'
import { withHost } from '../../open-host.ts'
import type { Run } from '../spec.ts'
import { createCalendar } from './calendar.ts'
import { showMinute } from './show-minute.ts'
import { timeOption } from './time-option.ts'

export const costPrune: Run = async (context, input) => {
  const { output, text } = context
  const typed = input.value('olderThan')
  if (typed === undefined) throw new HostError('usage', text('cost.pruneWhat'), { hint: text('cost.timeHint') })
  const before = timeOption(typed, 'olderThan', Date.now(), createCalendar(), context)
  const isAgreed = input.flag('yes')
  if (!isAgreed && !context.interactive) throw new HostError('usage', text('cost.pruneYes'), { hint: text('cost.pruneYesHint') })
  await withHost(context, async ({ ledger }) => {
    if (!isAgreed) {
      const found = await ledger.totals({ until: before }, [])
      const records = found.reduce((count, { calls }) => count + calls, 0)
      if (records > 0 && !(await confirm(records, before, context))) return output.line(text('cost.kept'))
    }
    const removed = await ledger.prune(before)
    if (output.json) return output.document({ before: new Date(before).toISOString(), removed })
    output.line(text('cost.pruned', { removed, time: showMinute(before) }))
  })
}

async function confirm(records: number, before: number, context: Context): Promise<boolean> {
  const { openPrompts } = await import('../../prompts/prompts.ts')
  return openPrompts(context).confirm(context.text('cost.pruneAsk', { records, time: showMinute(before) }), false)
}
