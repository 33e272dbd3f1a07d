import { HostError } from '@resoftai/core/find'
import type { CommanderError } from 'commander'
import { commonOptions } from './commands/common-options.ts'
import type { Translate } from './messages/index.ts'

const secretOption = /key|token|secret|password/i

/** What commander could not read, in the user's language. Values are left out: one of them may be a key that was pasted in the wrong place. */
export function usageError({ code, message }: CommanderError, text: Translate): HostError {
  const quoted = (/'([^']*)'/.exec(message)?.[1] ?? '').split('=')[0] ?? ''
  const near = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(message)?.[1]
  const help = text('usage.help')
  const hint = near === undefined ? help : `${text('usage.nearest', { name: near })} ${help}`
  switch (code) {
    case 'commander.unknownOption':
      // Every command has these, so there was none.
      if (commonOptions.some(({ flags }) => flags.split(' ')[0] === quoted))
        return new HostError('usage', text('usage.noCommand'), { hint: help })
      return new HostError('usage', text('usage.unknownOption', { name: quoted }), {
        hint: secretOption.test(quoted) ? text('secret.notAsArgument') : hint
      })
    case 'commander.unknownCommand':
      return new HostError('usage', text('usage.unknownCommand', { name: quoted }), { hint })
    case 'commander.missingArgument':
      return new HostError('usage', text('usage.missingArgument', { name: quoted }), { hint: help })
    case 'commander.optionMissingArgument':
      return new HostError('usage', text('usage.missingValue', { name: quoted }), { hint: help })
    case 'commander.excessArguments':
      // `secret set groq api_key VALUE`
      return new HostError('usage', text('usage.excessArguments'), { hint: quoted === 'set' ? text('secret.notAsArgument') : help })
    default:
      return new HostError('usage', message.replace(/^error: /, ''), { hint: help })
  }
}
