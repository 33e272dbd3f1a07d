import type { ChatEvent, ChatRequest, ToolCall } from '@resoftai/sdk'
import { compose } from './compose.ts'
import { readDirectives, type Directives } from './directives.ts'
import { faults, type Fault } from './fault.ts'
import { hash } from './hash.ts'
import { readModel } from './model.ts'
import { countUsage } from './usage.ts'

/** One thing that happens in a simulated reply. */
export type SimulatorStep =
  | { readonly type: 'event'; readonly event: ChatEvent }
  | { readonly type: 'wait'; readonly ms: number }
  /** The rest of the script never happens, if the fault has it so. */
  | { readonly type: 'fault'; readonly fault: Fault }

const slowMs = 100

/** The whole reply to a request, as a list: a pure function, equal for equal requests. Throws a `ProviderError` for what it cannot follow. */
export function script(request: ChatRequest): readonly SimulatorStep[] {
  const { behaviour, fault: named } = readModel(request.model)
  const directives = readDirectives(request.extra?.['simulator'])
  const { chunkSize = 8, delayMs = behaviour === 'slow' || directives.fault === 'slow' ? slowMs : 0 } = directives
  const reply = compose(request, behaviour, directives)
  const events: ChatEvent[] = [
    { type: 'start', model: request.model || behaviour, id: `sim-${hash(JSON.stringify([request.model, request.messages]))}` },
    ...cut(reply.reasoning, chunkSize).map((text): ChatEvent => ({ type: 'reasoning', text })),
    ...cut(reply.text, chunkSize).map((text): ChatEvent => ({ type: 'text', text })),
    ...reply.toolCalls.flatMap((call, index) => callEvents(call, index, chunkSize)),
    { type: 'usage', usage: directives.usage ?? countUsage(request, reply) },
    { type: 'finish', reason: directives.finishReason ?? (reply.toolCalls.length > 0 ? 'tool_calls' : 'stop') }
  ]
  return withFault(withPauses(events, delayMs), directives.fault ?? named, directives)
}

function callEvents({ id, name, arguments: text }: ToolCall, index: number, chunkSize: number): ChatEvent[] {
  return [
    { type: 'tool_call', index, id, name, arguments: '' },
    ...cut(text, chunkSize).map((piece): ChatEvent => ({ type: 'tool_call', index, arguments: piece }))
  ]
}

/** Pieces of so many characters, none of them cut in half. */
function cut(text: string, size: number): string[] {
  const characters = Array.from(text)
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join('')
  )
}

function withPauses(events: readonly ChatEvent[], ms: number): SimulatorStep[] {
  return events.flatMap((event): SimulatorStep[] =>
    ms > 0 && isContent(event)
      ? [
          { type: 'wait', ms },
          { type: 'event', event }
        ]
      : [{ type: 'event', event }]
  )
}

function isContent({ type }: ChatEvent): boolean {
  return type === 'text' || type === 'reasoning' || type === 'tool_call'
}

/** Behind so many text events, at the latest before usage and finish; at 0 it comes first of all. One that spoils nothing comes last. */
function withFault(steps: readonly SimulatorStep[], fault: Fault | undefined, { faultAfter }: Directives): readonly SimulatorStep[] {
  if (fault === undefined) return steps
  if (faults[fault].effect === 'none') return [...steps, { type: 'fault', fault }]
  const after = faultAfter ?? faults[fault].after
  if (after === 0) return [{ type: 'fault', fault }, ...steps]
  let seen = 0
  const place = steps.findIndex(step => {
    if (step.type === 'event' && step.event.type === 'text') seen++
    return seen === after
  })
  const end = steps.findIndex(step => step.type === 'event' && step.event.type === 'usage')
  return steps.toSpliced(place === -1 ? end : place + 1, 0, { type: 'fault', fault })
}
