import type { Message } from '@resoftai/sdk'
import type { Config } from './config.ts'
import type { Warn } from './content.ts'
import { joinTexts } from './messages.ts'

export interface PlacedSystemText {
  /** To put before the last question. */
  readonly lead: string
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Coze has no system messages: the prompt belongs to the bot. Their text is told with every question, as a bot may be set to look back a few
 * rounds only.
 */
export function placeSystemText(messages: readonly Message[], config: Config, warn: Warn): PlacedSystemText {
  const { system_variable, custom_variables = {} } = config
  const text = joinTexts(...messages.map(message => (message.role === 'system' ? message.content : '')))
  if (text === '') return { lead: '', variables: custom_variables }
  if (system_variable === undefined) {
    warn(
      'Coze takes no system messages: the text was put before the last message of the user. Set system_variable to give it to the prompt.'
    )
    return { lead: text, variables: custom_variables }
  }
  warn(`Coze takes no system messages: the text was given to the bot as its variable ${system_variable}.`)
  return { lead: '', variables: { ...custom_variables, [system_variable]: text } }
}
