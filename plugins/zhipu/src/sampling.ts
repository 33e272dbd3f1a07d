import type { Warn } from '@resoftai/plugin-openai-compatible/dialect'
import type { ChatRequest } from '@resoftai/sdk'

/** Within what this vendor takes (WIRE.md 7.3): OpenAI's temperature goes up to 2, and it knows several stops. */
export function fitSampling({ temperature, topP, stop }: ChatRequest, warn: Warn): Pick<ChatRequest, 'temperature' | 'topP' | 'stop'> {
  if (stop !== undefined && stop.length > 1) warn('This service takes one stop; the others were left out.')
  return {
    ...(temperature !== undefined && { temperature: clamp('temperature', temperature, [0, 1], warn) }),
    ...(topP !== undefined && { topP: clamp('top_p', topP, [0.01, 1], warn) }),
    ...(stop !== undefined && { stop: stop.slice(0, 1) })
  }
}

function clamp(field: string, value: number, [least, most]: readonly [number, number], warn: Warn): number {
  const fitting = Math.min(most, Math.max(least, value))
  if (fitting !== value) warn(`\`${field}\` is at least ${least} and at most ${most} here; ${fitting} was sent instead of ${value}.`)
  return fitting
}
