import type { ChatRequest } from '@resoftai/sdk'
import type { Warn } from './content.ts'

/** What belongs to the bot or workflow in Coze and cannot be said with a request, and the value that says nothing. */
const settings: readonly (readonly [keyof ChatRequest, usual?: unknown])[] = [
  ['temperature'],
  ['topP'],
  ['maxTokens'],
  ['stop'],
  ['seed'],
  ['presencePenalty'],
  ['frequencyPenalty'],
  ['toolChoice', 'auto'],
  ['parallelToolCalls', true],
  ['reasoningEffort']
]

export function warnOfSettings(request: ChatRequest, warn: Warn): void {
  const { responseFormat, tools = [] } = request
  for (const [name, usual] of settings) if (request[name] !== undefined && request[name] !== usual) warn(isSetInCoze(name))
  if (responseFormat !== undefined && responseFormat.type !== 'text') warn(isSetInCoze('responseFormat'))
  const names = tools.map(({ name }) => name).join(', ')
  if (names !== '') warn(`Coze takes no tools with a request: the bot itself needs local plugins of these names: ${names}.`)
}

function isSetInCoze(name: string): string {
  return `Coze takes no \`${name}\` with a request, it is set in the bot or workflow; it was left out.`
}
