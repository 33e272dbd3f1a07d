import { resolve } from 'node:path'
import type { Run } from '../spec.ts'

export const pricesUpdate: Run = async (context, { args: [asked = ''] }) => {
  const { cwd, env, output, text } = context
  const { resolveHome, updatePrices } = await import('@resoftai/core')
  const from = /^https?:/i.test(asked) ? asked : resolve(cwd, asked)
  const { prices = [], rates = [] } = await updatePrices(from, { home: resolveHome(env).home, env })
  if (output.json) return output.document({ from, prices: prices.length, rates: rates.length })
  output.line(text('prices.updated', { from, count: prices.length, rates: rates.length }))
}
