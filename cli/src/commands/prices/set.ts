import { HostError } from '@resoftai/core'
import type { Context } from '../../context.ts'
import type { Input, Run } from '../spec.ts'
import { openBook, splitModel } from './open.ts'

const decimal = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,9})?$/

export const pricesSet: Run = async (context, input) => {
  const { env, output, text } = context
  const { resolveHome, setPrice } = await import('@resoftai/core')
  const [service, model] = splitModel(input.args[0] ?? '', context)
  const cached = amount('cached', input, text)
  const cacheWrite = amount('cache-write', input, text)
  const reasoning = amount('reasoning', input, text)
  const from = input.value('from')
  const known = (await openBook(context)).find(service, model)[0]
  const price = await setPrice(
    {
      service,
      model,
      currency: input.value('currency') ?? known?.currency ?? 'USD',
      ...(from !== undefined && { from }),
      input: needed('input', input, text),
      output: needed('output', input, text),
      ...(cached !== undefined && { cached }),
      ...(cacheWrite !== undefined && { cache_write: cacheWrite }),
      ...(reasoning !== undefined && { reasoning }),
      date: new Date().toISOString().slice(0, 10)
    },
    { home: resolveHome(env).home }
  )
  if (output.json) return output.document(price)
  output.line(
    text('prices.set', { model: `${service}/${model}`, currency: price.currency, input: `${price.input}`, output: `${price.output}` })
  )
}

function needed(name: string, input: Input, text: Context['text']): string {
  const value = amount(name, input, text)
  if (value === undefined) throw new HostError('usage', text('prices.missing', { flag: `--${name}` }), { hint: text('prices.missingHint') })
  return value
}

function amount(name: string, input: Input, text: Context['text']): string | undefined {
  const value = input.value(name)
  if (value === undefined || decimal.test(value)) return value
  throw new HostError('usage', text('prices.amount', { flag: `--${name}` }), { hint: text('prices.missingHint') })
}
