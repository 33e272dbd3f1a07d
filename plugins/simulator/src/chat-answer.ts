import type { ChatRequest } from '@resoftai/sdk'
import { end, formatEvent, headers, json, wait, write, type Answer, type Step } from '@resoftai/sdk/testing'
import { ChunkWriter, completion } from './openai-reply.ts'
import { script, type SimulatorStep } from './script.ts'
import { faultAnswer, streamFault, wholeFault } from './wire-fault.ts'

/** Whole, or as a stream with or without the chunk of usage that OpenAI sends only when it is asked for. */
export type AnswerMode = 'whole' | 'stream' | 'stream with usage'

/** The answer to one chat request, as an OpenAI-compatible service gives it. */
export function chatAnswer(request: ChatRequest, mode: AnswerMode): Answer {
  const steps = script(request)
  const [first] = steps
  if (first?.type === 'fault') {
    const answer = faultAnswer(first.fault)
    if (answer !== undefined) return answer
  }
  return mode === 'whole' ? wholeAnswer(steps) : streamAnswer(steps, mode === 'stream with usage')
}

function streamAnswer(played: readonly SimulatorStep[], withUsage: boolean): Answer {
  const chunks = new ChunkWriter(played)
  const steps = played.flatMap((step): readonly Step[] => {
    if (step.type === 'wait') return [wait(step.ms)]
    if (step.type === 'fault') return streamFault(step.fault, chunks)
    const chunk = chunks.chunk(step.event)
    const usage = withUsage && step.event.type === 'finish' ? chunks.usageChunk() : undefined
    return [chunk, usage].flatMap(text => (text === undefined ? [] : [write(formatEvent(text))]))
  })
  return {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    steps: [headers, ...steps, write(formatEvent('[DONE]')), end]
  }
}

function wholeAnswer(steps: readonly SimulatorStep[]): Answer {
  const body = completion(steps)
  const fault = steps.find(step => step.type === 'fault')
  const pauseMs = steps.reduce((sum, step) => sum + (step.type === 'wait' ? step.ms : 0), 0)
  const answer = (fault && wholeFault(fault.fault, JSON.stringify(body))) ?? json(body)
  return pauseMs === 0 ? answer : { ...answer, steps: [wait(pauseMs), ...answer.steps] }
}
