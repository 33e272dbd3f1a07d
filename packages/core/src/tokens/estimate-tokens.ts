import { estimateText } from './estimate-text.ts'
import { requestCounter } from './request-counter.ts'

/** About how many tokens a request has, as o200k counts; `Calibration` knows what a model makes of it. Fast enough for every call. */
export const estimateTokens = requestCounter(estimateText)

/** About how many tokens of output a text is: for a stream that was cut before its vendor reported usage. */
export function estimateOutput(text: string): number {
  return Math.ceil(estimateText(text))
}
