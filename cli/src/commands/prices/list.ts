import { HostError, type ListedPrice } from '@resoftai/core'
import type { Context } from '../../context.ts'
import { styled, type Piece } from '../../output/piece.ts'
import { formatTable } from '../../output/table.ts'
import type { Run } from '../spec.ts'
import { openBook, splitModel } from './open.ts'

export const pricesList: Run = async (context, input) => {
  const book = await openBook(context)
  const asked = input.value('provider')
  const prices = book.prices().filter(({ service }) => asked === undefined || service === asked)
  if (context.output.json) return context.output.document({ prices, problems: book.problems })
  if (prices.length === 0) return context.output.line(context.text('prices.none'))
  showPrices(prices, context)
}

export const pricesShow: Run = async (context, { args: [asked = ''] }) => {
  const { output, text } = context
  const [service, model] = splitModel(asked, context)
  const book = await openBook(context)
  const prices = book.find(service, model)
  if (prices.length === 0)
    throw new HostError('not_found', text('prices.unknown', { model: asked }), { hint: text('prices.unknownHint', { model: asked }) })
  if (output.json) return output.document({ prices, problems: book.problems })
  showPrices(prices, context)
  for (const source of new Set(prices.map(price => price.source))) output.line(styled('dim', text('prices.source', { source })))
}

function showPrices(prices: readonly ListedPrice[], { output, text }: Context): void {
  const columns = ['service', 'model', 'currency', 'priceInput', 'priceCached', 'priceOutput', 'priceWhen', 'priceSource'] as const
  const head = columns.map(column => text(`column.${column}`))
  for (const row of formatTable(
    head,
    prices.flatMap(price => rowsOf(price, text))
  ))
    output.line(...row)
}

/** One line for each tier; what does not change is said once. */
function rowsOf(price: ListedPrice, text: Context['text']): readonly (readonly Piece[])[] {
  const { service, model, currency, tiers = [price], date, own } = price
  return tiers.map((tier, index) => {
    const { input = '', output = '', cached = '', input_below, output_below } = { input_below: undefined, output_below: undefined, ...tier }
    const lengths = [
      ...(input_below === undefined ? [] : [text('prices.inputBelow', { tokens: input_below })]),
      ...(output_below === undefined ? [] : [text('prices.outputBelow', { tokens: output_below })])
    ]
    const when = [...(index === 0 ? timesOf(price) : []), ...lengths].join(', ')
    const first = (value: string) => (index === 0 ? value : '')
    const source = own ? styled('green', first(text('prices.own', { date }))) : first(date)
    return [first(service), first(model), first(currency), `${input}`, `${cached}`, `${output}`, when, source]
  })
}

function timesOf({ from = '', until = '', hours = [], days = [] }: ListedPrice): readonly string[] {
  return [...(from === '' && until === '' ? [] : [`${from}…${until}`]), ...(days.length === 0 ? [] : [days.join(' ')]), ...hours]
}
