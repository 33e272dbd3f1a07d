import type { Warn } from '@resoftai/plugin-openai-compatible/dialect'
import type { ChatRequest } from '@resoftai/sdk'
import type { Config } from './config.ts'
import { traitsOf, type Thinking } from './model-traits.ts'

/** What the configuration says, as an effort: how hard is left to the model. */
const configured = { auto: undefined, enabled: 'enabled', disabled: 'none' } as const

/** `thinking` and `reasoning_effort` as the model knows them (WIRE.md 7.3). What is not asked for is not sent. */
export function thinkingFields(
  { model, reasoningEffort }: ChatRequest,
  { thinking = 'auto', clear_thinking: clear }: Config,
  warn: Warn
): Readonly<Record<string, unknown>> {
  const able = traitsOf(model).thinking
  const asked = reasoningEffort ?? configured[thinking]
  if (able === undefined) {
    if (asked !== undefined && asked !== 'none') warn(`The model ${model} does not think; \`${asked}\` was left out.`)
    return {}
  }
  if (asked === undefined) return clear === undefined ? {} : { thinking: { clear_thinking: clear } }
  const isOff = asked === 'none' && able.optional
  const effort = isOff || asked === 'enabled' ? undefined : fitEffort(asked, able, model, warn)
  return {
    thinking: { type: isOff ? 'disabled' : 'enabled', ...(clear !== undefined && { clear_thinking: clear }) },
    ...(effort !== undefined && { reasoning_effort: effort })
  }
}

function fitEffort(asked: string, { efforts }: Thinking, model: string, warn: Warn): string | undefined {
  if (efforts === undefined) {
    warn(`The model ${model} thinks or does not; how hard (\`${asked}\`) was left out.`)
    return undefined
  }
  const effort = efforts.get(asked) ?? asked
  if (effort !== asked) warn(`The model ${model} knows no effort \`${asked}\`; \`${effort}\` was sent.`)
  return effort
}
