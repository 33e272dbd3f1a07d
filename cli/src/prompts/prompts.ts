import * as clack from '@clack/prompts'
import { ProviderError } from '@resoftai/sdk'
import type { Context } from '../context.ts'
import { escapeControls } from '../output/escape.ts'

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface Prompts {
  intro(title: string): void
  outro(text: string): void
  fault(text: string): void
  /** `initial` is the answer of an empty line. */
  text(message: string, initial?: string): Promise<string>
  /** Echoes a mask. */
  secret(message: string): Promise<string>
  select(message: string, choices: readonly Choice[], initial?: string): Promise<string>
  confirm(message: string, initial: boolean): Promise<boolean>
}

/** Questions to a person on a terminal. Leaving one (Ctrl-C) throws `ProviderError` `cancelled`. */
export function openPrompts({ text }: Context): Prompts {
  clack.updateSettings({ messages: { cancel: text('chat.stopped'), error: text('error.internal') } })
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (clack.isCancel(answer)) throw new ProviderError('cancelled', text('chat.stopped'))
    return answer as Exclude<T, symbol>
  }
  return {
    intro: title => clack.intro(escapeControls(title)),
    outro: line => clack.outro(escapeControls(line)),
    fault: line => clack.log.error(escapeControls(line)),
    async text(message, initial = '') {
      const shown = initial === '' ? {} : { placeholder: escapeControls(initial), defaultValue: initial }
      return answered(await clack.text({ message: escapeControls(message), ...shown })) ?? ''
    },
    secret: async message => answered(await clack.password({ message: escapeControls(message) })) ?? '',
    async select(message, choices, initial) {
      const options = choices.map(({ value, label }) => ({ value, label: escapeControls(label) }))
      return answered(
        await clack.select({
          message: escapeControls(message),
          options,
          maxItems: 12,
          ...(initial !== undefined && { initialValue: initial })
        })
      )
    },
    confirm: async (message, initial) =>
      answered(
        await clack.confirm({
          message: escapeControls(message),
          initialValue: initial,
          active: text('prompt.yes'),
          inactive: text('prompt.no')
        })
      )
  }
}
