import { comments, cut, end, formatEvent, headers, reset, stall, text, wait, write, type Answer, type Step } from '@resoftai/sdk/testing'
import { faults, type Fault, type FaultEffect } from './fault.ts'
import type { ChunkWriter } from './openai-reply.ts'
import { errorAnswer, errorBody } from './openai-error.ts'

const pauseMs = 300

/** Long enough for what was written to have arrived. */
const settleMs = 20

/** A fault that leaves no reply at all; `undefined` for those that spoil one which has begun. */
export function faultAnswer(fault: Fault): Answer | undefined {
  switch (fault) {
    case 'network':
      return { steps: [reset] }
    case 'timeout':
      return { steps: [stall] }
    case 'html':
      return text('<!doctype html><title>Sign in</title><p>Simulated fault: html.</p>', {
        headers: { 'content-type': 'text/html; charset=utf-8' }
      })
    default: {
      const { effect, after }: FaultEffect = faults[fault]
      return after === 0 && effect !== 'none' && effect !== 'stall' && effect !== 'end' ? errorAnswer(effect, describe(fault)) : undefined
    }
  }
}

/** What happens in the middle of a stream, instead of the rest of it. */
export function streamFault(fault: Fault, chunks: ChunkWriter): readonly Step[] {
  switch (fault) {
    case 'stall':
    case 'timeout':
      return [headers, stall]
    case 'truncated':
      return [headers, end]
    case 'cut':
      return [headers, cut]
    case 'reset':
    case 'network':
      return [headers, wait(settleMs), reset]
    case 'comments':
      return [comments(pauseMs)]
    case 'empty_deltas':
      return [comments(pauseMs, Infinity, formatEvent(chunks.delta({})))]
    case 'garbage':
    case 'html':
      return [write(formatEvent('{"choices":[{"delta":{"content":')), end]
    case 'no_done':
      return [end]
    case 'slow':
      return []
    default:
      return [write(formatEvent(JSON.stringify(errorBody(faults[fault].effect, describe(fault))))), end]
  }
}

/** What happens to a whole reply: it breaks half-way. */
export function wholeFault(fault: Fault, body: string): Answer | undefined {
  const half = body.slice(0, body.length / 2)
  const promised = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
  switch (fault) {
    case 'stall':
    case 'comments':
    case 'empty_deltas':
      return { headers: promised, steps: [headers, stall] }
    case 'truncated':
    case 'cut':
      return { headers: promised, steps: [write(half), cut] }
    case 'reset':
      return { headers: promised, steps: [write(half), wait(settleMs), reset] }
    case 'garbage':
      return text(half, { headers: { 'content-type': 'application/json' } })
    default:
      return faultAnswer(fault)
  }
}

function describe(fault: Fault): string {
  return `Simulated fault: ${fault}.`
}
