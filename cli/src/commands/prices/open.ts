import { HostError, type PriceBook } from '@resoftai/core'
import type { Context } from '../../context.ts'
import { describeProblem } from '../../output/describe-problem.ts'
import { styled } from '../../output/piece.ts'

/** The price book; says what is wrong with a person's own list. */
export async function openBook({ env, output }: Pick<Context, 'env' | 'output'>): Promise<PriceBook> {
  const { openPrices, resolveHome } = await import('@resoftai/core')
  const book = await openPrices({ home: resolveHome(env).home })
  for (const problem of book.problems) output.note(styled('yellow', '! '), ...describeProblem(problem))
  return book
}

/** `service/model`, split at the first slash. */
export function splitModel(asked: string, { text }: Pick<Context, 'text'>): readonly [string, string] {
  const slash = asked.indexOf('/')
  if (slash > 0 && slash < asked.length - 1) return [asked.slice(0, slash), asked.slice(slash + 1)]
  throw new HostError('usage', text('prices.reference', { model: asked }), { hint: text('prices.referenceHint') })
}
