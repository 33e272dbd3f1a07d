import { HostError } from '@resoftai/core'
import type { Translate } from '../../messages/index.ts'
import type { Input } from '../spec.ts'

/** One of a few words that was typed as an option. Throws `HostError` `usage` for any other. */
export function choiceOption<Word extends string>(input: Input, name: string, words: readonly Word[], text: Translate): Word | undefined {
  const typed = input.value(name)
  const word = words.find(one => one === typed)
  if (typed !== undefined && word === undefined)
    throw new HostError('usage', text('cost.choice', { flag: `--${name}`, words: words.join(', ') }))
  return word
}
