import type { ChatEvent, Usage } from '@resoftai/sdk'
import type { CostAnswer } from '../cost/index.ts'
import type { StartedProvider } from './started-provider.ts'

const nothing: readonly ChatEvent[] = []

/** Models whose price was found missing; more than anybody asks for in one process. */
const mostUnpriced = 1_000

/**
 * What a finished reply costs, by the model that it names; a warning, once for each model, where that is not known. `url` is where it was asked
 * for. A promise only while the price lists are read.
 */
export function priceReply(
  provider: StartedProvider,
  url: string,
  { model, usage }: { readonly model: string; readonly usage: Usage }
): readonly ChatEvent[] | Promise<readonly ChatEvent[]> {
  const { name, prices, clock } = provider
  const answer = prices.costOf({ provider: name, url, model, usage, at: new Date(clock()) })
  return answer instanceof Promise ? answer.then(told => tell(told, provider, url, model)) : tell(answer, provider, url, model)
}

function tell(answer: CostAnswer, { name, reach, unpriced, log }: StartedProvider, url: string, model: string): readonly ChatEvent[] {
  if ('cost' in answer) return [{ type: 'cost', cost: answer.cost }]
  if (unpriced.has(model) || unpriced.size >= mostUnpriced) return nothing
  unpriced.add(model)
  // What runs in one's own network has no price list.
  if (reach.has(new URL(url).origin)) return nothing
  log.warn('the cost of replies is not known', { provider: name, model, reason: answer.unknown })
  return [{ type: 'warning', message: `The cost of this reply is not known. ${answer.unknown}` }]
}
