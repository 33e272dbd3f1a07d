import type { ChatRequest } from '@resoftai/sdk'
import type { Warn } from './content.ts'
import type { ModelTraits } from './model-traits.ts'

interface Sampling {
  readonly temperature?: number
  readonly top_p?: number
}

/** `temperature` and `top_p` as far as the model takes them (WIRE.md 9.2); values that change nothing are dropped in silence. */
export function encodeSampling(
  { model, temperature: asked, topP }: Pick<ChatRequest, 'model' | 'temperature' | 'topP'>,
  { sampling }: ModelTraits,
  isThinking: boolean,
  warn: Warn
): Sampling {
  const temperature = clampTemperature(asked, warn)
  const drop = (field: string, reason: string) => warn(`\`${field}\` was left out: ${reason}.`)
  if (sampling === 'none' || isThinking) {
    const reason = sampling === 'none' ? `${model} does not take it` : 'the model thinks'
    const takesTopP = topP !== undefined && topP >= (sampling === 'none' ? 0.99 : 0.95)
    if (temperature !== undefined && temperature !== 1) drop('temperature', reason)
    if (topP !== undefined && !takesTopP) drop('top_p', reason)
    return takesTopP ? { top_p: topP } : {}
  }
  const takesTopP = topP !== undefined && (sampling === 'both' || temperature === undefined)
  if (topP !== undefined && topP !== 1 && !takesTopP) drop('top_p', `${model} does not take it together with \`temperature\``)
  return { ...(temperature !== undefined && { temperature }), ...(takesTopP && { top_p: topP }) }
}

function clampTemperature(asked: number | undefined, warn: Warn): number | undefined {
  if (asked === undefined || (asked >= 0 && asked <= 1)) return asked
  const nearest = asked > 1 ? 1 : 0
  warn(`\`temperature\` ${asked} was changed to ${nearest}: Anthropic takes 0 to 1.`)
  return nearest
}
